// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a rank holds of a network that is a pipeline: the parameters of its stage, and for each
/// batch that was run so far its stage's executors.
///   StagedProgram<Index> program(all, backend, {.micro_batches = 4}, rows, plans, parts);
///   program.forward(32).run({images.data()});
#include <functional>
#include <map>
#include <vector>

#include <tenon/core/hash.hpp>
#include <tenon/run/any_execution.hpp>
#include <tenon/run/pipeline_forward.hpp>

namespace tenon::detail {

/// Of what goes between stages, and of the result.
inline std::uint64_t fingerprint(const Pipeline& pipeline, const PipelineSettings& settings) {
  Hash hash;
  const auto add = [&](const Distribution& x, Element element) {
    hash.add(element);
    for (Index size : x.shape) hash.add(size);
    for (const Cut& cut : x.cuts)
      hash.add(cut.dimension).add(cut.digit.parts).add(cut.digit.stride);
  };
  hash.add(pipeline.ranks).add(settings.micro_batches).add(settings.result_broadcast);
  for (const StagePlan& stage : pipeline.stages)
    for (const Crossing& crossing : stage.sent) add(crossing.lies, crossing.element);
  const Plan& last = pipeline.stages.back().plan;
  add(last.buffer(last.output).distribution, last.buffer(last.output).element);
  hash.add({pipeline.letters.data(), pipeline.letters.size()});
  return hash.value;
}

/// @param Key what tells batches apart: rows, or shapes.
template <class Key, class Before = std::less<Key>>
class StagedProgram {
 public:
  using Plans = std::function<Pipeline(const Key&, const PlanView* loaded, Index own)>;
  using Parts = std::function<std::vector<Key>(const Key&, Index count)>;

  /// Collective. @param all, @param backend outlive this. @param plans all stages' of a batch, of
  /// stage `own` with the parameters as they are loaded. @param parts a batch's micro-batches.
  /// @throws Error on every rank.
  StagedProgram(Communication& all, const Backend& backend, const PipelineSettings& settings,
                const Key& key, Plans plans, Parts parts)
      : all_(all),
        backend_(backend),
        settings_(settings),
        plans_(std::move(plans)),
        parts_(std::move(parts)) {
    all_.together([&] {
      if (settings.micro_batches < 1)
        throw Error(sentence(settings.micro_batches, " micro-batches; legal: 1 or more"));
      pipeline_ = plans_(key, nullptr, -1);
    });
    if (!all_.agree(detail::fingerprint(pipeline_, settings_)))
      throw Error("the ranks were given different pipelines: other networks, batches or programs");
    open_device(backend, all_);  // of all ranks of a node, not of the stage's
    stage_ = all_.rank() / pipeline_.ranks;
    if (stages() > 1) own_ = all_.part(int(stage_ * pipeline_.ranks), int(pipeline_.ranks));
    plan_ = view(pipeline_.stages[std::size_t(stage_)].plan);
    parameters_ = std::make_unique<Parameters>(plan_);
    first_ = key;
    forward(key);
  }

  Index stage() const { return stage_; }
  Index stages() const { return Index(pipeline_.stages.size()); }
  /// Of the first batch.
  const Pipeline& pipeline() const { return pipeline_; }
  const PlanView& plan() const { return plan_; }
  Parameters& parameters() { return *parameters_; }
  const Parameters& parameters() const { return *parameters_; }
  Communication& own() { return own_ ? *own_ : all_; }

  /// Collective where the batch is a new one.
  PipelineForward& forward(const Key& key) {
    if (const auto known = forwards_.find(key); known != forwards_.end()) {
      known->second.used = ++calls_;
      return *known->second.forward;
    }
    if (forwards_.size() > most_forwards) forget_oldest();
    Forward made = make(key);
    made.used = ++calls_;
    return *(forwards_[key] = std::move(made)).forward;
  }

 private:
  struct Forward {
    std::vector<std::unique_ptr<StageExecutor>> executors;
    std::unique_ptr<PipelineForward> forward;
    Index used = 0;
  };
  static constexpr std::size_t most_forwards = 16;  // besides the first

  Forward make(const Key& key) {
    Pipeline whole;
    std::vector<Pipeline> micro;
    std::vector<std::size_t> which;  // of each micro-batch: its plans
    all_.together([&] {
      whole = plans_(key, &plan_, stage_);
      if (settings_.micro_batches == 1) return;
      std::vector<Key> seen;
      const Before before{};
      for (const Key& part : parts_(key, settings_.micro_batches)) {
        std::size_t i = 0;
        while (i < seen.size() && (before(seen[i], part) || before(part, seen[i]))) ++i;
        which.push_back(i);
        if (i < seen.size()) continue;
        seen.push_back(part);
        micro.push_back(plans_(part, &plan_, stage_));
      }
    });
    if (which.empty()) which.push_back(0);
    if (!all_.agree(detail::fingerprint(whole, settings_)))
      throw Error("the ranks were given different batches");
    Forward made;
    const auto add = [&](const Pipeline& plans) {
      made.executors.push_back(
          std::make_unique<StageExecutor>(plans, all_, own(), backend_, *parameters_));
    };
    if (micro.empty()) add(whole);
    for (const Pipeline& plans : micro) add(plans);
    std::vector<StageExecutor*> parts;
    for (std::size_t i : which) parts.push_back(made.executors[i].get());
    made.forward = std::make_unique<PipelineForward>(whole, std::move(parts), all_, settings_);
    return made;
  }
  void forget_oldest() {
    const Before before{};
    auto oldest = forwards_.end();
    for (auto it = forwards_.begin(); it != forwards_.end(); ++it)
      if ((before(it->first, first_) || before(first_, it->first)) &&
          (oldest == forwards_.end() || it->second.used < oldest->second.used))
        oldest = it;
    if (oldest != forwards_.end()) forwards_.erase(oldest);
  }

  Communication& all_;
  const Backend& backend_;
  PipelineSettings settings_;
  Plans plans_;
  Parts parts_;
  Pipeline pipeline_;
  Index stage_ = 0;
  std::unique_ptr<Communication> own_;  // the ranks of the stage; none: all
  PlanView plan_;
  std::unique_ptr<Parameters> parameters_;
  Key first_{};
  Index calls_ = 0;
  std::map<Key, Forward, Before> forwards_;
};

}  // namespace tenon::detail
