// SPDX-License-Identifier: Apache-2.0
#pragma once
/// On which ranks a strategy file puts each parameter, of one stage or of several merged ones:
///   StrategyPlaces places(read_strategy("strategy.ckpt")); places.ranks() == 8
///   places.of("layer3.weight")[0].first_rank == 4     // the second stage of four ranks each
#include <map>
#include <memory>

#include <tenon/io/layout_mistake.hpp>
#include <tenon/io/stored_distribution.hpp>
#include <tenon/io/strategy_stages.hpp>

namespace tenon {

/// A parameter in one stage: cut over the ranks [first_rank, first_rank + ranks of a stage).
struct StoredPlace {
  Index first_rank = 0;
  const StoredLayout* layout = nullptr;  // none: whole

  Distribution distribution(const Dims& shape) const {
    return layout ? stored_distribution(*layout, shape) : tenon::whole(shape);
  }
};

/// Movable; places live while it does.
class StrategyPlaces {
 public:
  /// No strategy: one rank, which has every parameter whole.
  StrategyPlaces() = default;
  /// @throws Error that names the file: device matrices are of numbers of ranks of which none is a
  /// multiple of all, a merged file lacks a stage, or there are more than 2^20 ranks in all.
  explicit StrategyPlaces(StrategyFile strategy)
      : strategy_(std::make_unique<StrategyFile>(std::move(strategy))) {
    merged_ = !strategy_->layouts.empty();
    Index last_stage = 0;
    for (const StoredLayout& stored : strategy_->layouts) {
      if (const std::string mistake = detail::layout_mistake(stored); !mistake.empty())
        refuse(mistake);
      const Index stage = stage_name(stored.name).stage;
      merged_ = merged_ && stage >= 0;
      last_stage = std::max(last_stage, stage);
      ranks_of_stage_ = std::max(ranks_of_stage_, stored.layout.devices());
    }
    if (merged_ && last_stage >= max_stored_ranks / ranks_of_stage_)
      refuse(std::string("its last stage is stage ")
                 .append(text(last_stage))
                 .append(", and stages are of ")
                 .append(text(ranks_of_stage_))
                 .append(" ranks; legal: at most 2^20 ranks in all"));
    std::set<Index> stages;
    for (const StoredLayout& stored : strategy_->layouts) {
      if (ranks_of_stage_ % stored.layout.devices())
        refuse(std::string(stored.name)
                   .append(" is cut over ")
                   .append(text(stored.layout.devices()))
                   .append(" ranks, another parameter over ")
                   .append(text(ranks_of_stage_))
                   .append(", which is no multiple of it"));
      const StageName found = stage_name(stored.name);
      const Index stage = merged_ ? found.stage : 0;
      stages.insert(stage);
      by_name_[merged_ ? found.name : std::string_view(stored.name)].push_back(
          {stage * ranks_of_stage_, &stored});
    }
    stages_ = merged_ ? *stages.rbegin() + 1 : 1;
    if (merged_ && Index(stages.size()) != stages_)
      refuse(std::string("it has ")
                 .append(text(Index(stages.size())))
                 .append(" stages, the last is stage ")
                 .append(text(stages_ - 1)));
  }

  /// Of all stages.
  Index ranks() const { return stages_ * ranks_of_stage_; }
  Index ranks_of_stage() const { return ranks_of_stage_; }
  Index stages() const { return stages_; }
  /// Where the parameter is, stage by stage; nowhere where the file does not name it.
  std::vector<StoredPlace> of(std::string_view name) const {
    if (!strategy_) return {StoredPlace{}};
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::vector<StoredPlace>{} : found->second;
  }
  /// All that the file names, without stages, sorted.
  std::vector<std::string_view> names() const {
    std::vector<std::string_view> all;
    for (const auto& [name, places] : by_name_) all.push_back(name);
    return all;
  }
  /// The file that says it; none of one rank.
  const StrategyFile* strategy() const { return strategy_.get(); }
  std::string path() const { return strategy_ ? strategy_->path : "no strategy"; }

 private:
  [[noreturn]] void refuse(const std::string& cause) const {
    throw Error(std::string(strategy_->path).append(": ").append(cause));
  }

  std::unique_ptr<StrategyFile> strategy_;
  bool merged_ = false;
  Index stages_ = 1, ranks_of_stage_ = 1;
  std::map<std::string_view, std::vector<StoredPlace>, std::less<>> by_name_;
};

}  // namespace tenon
