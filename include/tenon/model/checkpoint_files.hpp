// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The files of a checkpoint in rank order, opened where they are needed, and how each parameter
/// lies on them:  CheckpointFiles files("rank_{}/checkpoint.ckpt", "strategy.ckpt");
#include <map>

#include <tenon/io/cover.hpp>
#include <tenon/io/open_tensors.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/strategy_places.hpp>

namespace tenon {

class CheckpointFiles {
 public:
  /// @param pattern one whole file, or "{}" where the rank's number goes.
  /// @param strategy MindSpore's strategy file, protobuf or JSON, with {} those of all stages; none
  /// for one whole file.
  /// @throws Error when the strategy cannot be read, or they do not belong together.
  explicit CheckpointFiles(const std::string& pattern, const std::string& strategy = {})
      : places_(read_places(strategy)), name_(pattern) {
    if (strategy.empty() && has_number(pattern)) refuse_without_strategy();
    if (places_.ranks() > 1 && !has_number(pattern))
      throw Error(
          std::string(strategy)
              .append(" cuts over ")
              .append(std::to_string(places_.ranks()))
              .append(" files, but ")
              .append(pattern)
              .append(" names one: put {} where the rank's number goes, or give no strategy"));
    paths_ = files_of(pattern, places_.ranks());
  }
  /// @param paths one for each rank of the strategy, in their order. MindSpore:
  /// load_distributed_checkpoint.
  explicit CheckpointFiles(std::vector<std::string> paths, const std::string& strategy = {})
      : places_(read_places(strategy)), paths_(std::move(paths)) {
    if (paths_.empty()) throw Error("a checkpoint of no files; legal: 1 or more");
    name_ = paths_.size() == 1 ? paths_[0] : std::string(paths_[0]).append(" and the other files");
    if (strategy.empty() && paths_.size() > 1) refuse_without_strategy();
    if (Index(paths_.size()) != places_.ranks())
      throw Error(std::string(strategy.empty() ? name_ : strategy)
                      .append(" is for ")
                      .append(std::to_string(places_.ranks()))
                      .append(" files, one for each rank; ")
                      .append(std::to_string(paths_.size()))
                      .append(" are given"));
  }
  /// One whole file that is open already.
  explicit CheckpointFiles(const TensorFile& file)
      : name_(file.path()), paths_{file.path()}, given_(&file) {}

  Index size() const { return Index(paths_.size()); }
  const std::string& path(Index file) const { return paths_[std::size_t(file)]; }
  const std::string& name() const { return name_; }
  const StrategyPlaces& places() const { return places_; }
  /// The file, open until this ends. @throws Error that names it.
  const TensorFile& open(Index file, Checksum checksum = Checksum::ignored) {
    if (given_) return *given_;
    std::shared_ptr<const TensorFile>& opened = opened_[file];
    if (!opened) {
      opened = std::make_shared<TensorFile>(open_tensors(path(file), checksum));
      opened->forget();  // its header
    }
    return *opened;
  }
  bool is_given() const { return given_; }
  /// To keep a file open beyond this; none of the file that was given open.
  std::shared_ptr<const TensorFile> shared(Index file) const {
    const auto found = opened_.find(file);
    return found == opened_.end() ? nullptr : found->second;
  }

 private:
  static StrategyPlaces read_places(const std::string& strategy) {
    return strategy.empty() ? StrategyPlaces() : StrategyPlaces(read_strategies(strategy));
  }
  [[noreturn]] void refuse_without_strategy() const {
    throw Error(std::string(name_).append(
        " is cut over several files: give the strategy file that says how; "
        "a name without {} is one whole file"));
  }

  StrategyPlaces places_;
  std::string name_;
  std::vector<std::string> paths_;
  const TensorFile* given_ = nullptr;
  std::map<Index, std::shared_ptr<const TensorFile>> opened_;
};

}  // namespace tenon
