// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a rank holds of a network that is a pipeline: the parameters of its stage, and for each
/// batch that was run so far its stage's executors.
///   StagedProgram<Index> program(all, backend, {.micro_batches = 4}, rows, plans, parts);
///   program.forward(32).run({images.data()});
#include <vector>

#include <tenon/core/hash.hpp>
#include <tenon/model/remembered.hpp>
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
  using Plans = std::function<Pipeline(const Key&, const Pipeline* loaded)>;
  using Parts = std::function<std::vector<Key>(const Key&, Index count)>;

  /// Collective. @param all, @param backend outlive this. @param plans all stages' of a batch, with
  /// the parameters as they are loaded. @param parts a batch's micro-batches.
  /// @param lender whose parameters are used; none.
  /// @throws Error on every rank.
  StagedProgram(Communication& all, const Backend& backend, const PipelineSettings& settings,
                const Key& key, Plans plans, Parts parts, const StagedProgram* lender = nullptr)
      : all_(all),
        backend_(backend),
        settings_(settings),
        plans_(std::move(plans)),
        parts_(std::move(parts)) {
    all_.together([&] {
      if (settings.micro_batches < 1)
        throw Error(sentence(settings.micro_batches, " micro-batches; legal: 1 or more"));
      pipeline_ = plans_(key, lender ? &lender->pipeline_ : nullptr);
      if (lender) check_lent(lender->pipeline_);
    });
    if (!all_.agree(detail::fingerprint(pipeline_, settings_)))
      throw Error("the ranks were given different pipelines: other networks, batches or programs");
    open_device(backend, all_);  // of all ranks of a node, not of the stage's
    stage_ = all_.rank() / pipeline_.ranks;
    if (stages() > 1) own_ = all_.part(int(stage_ * pipeline_.ranks), int(pipeline_.ranks));
    plan_ = view(pipeline_.stages[std::size_t(stage_)].plan);
    parameters_ = lender ? lender->parameters_ : std::make_shared<Parameters>(plan_);
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
    return *forwards_.at(key, [&](Forward& made) { make(key, made); }).forward;
  }

 private:
  struct Forward {
    std::vector<std::unique_ptr<StageExecutor>> executors;
    std::unique_ptr<PipelineForward> forward;
  };

  /// @throws Error where a stage needs what the lender's has not.
  void check_lent(const Pipeline& lender) const {
    const auto is_parameter = [](const Buffer& b) { return b.place == Buffer::Place::parameter; };
    const bool alike = lender.stages.size() == pipeline_.stages.size();
    if (!alike)
      throw Error(sentence("the model whose weights are used has ", lender.stages.size(),
                           " pipeline stages, this one ", pipeline_.stages.size()));
    for (std::size_t s = 0; s < lender.stages.size(); ++s) {
      const Plan &own = pipeline_.stages[s].plan, &lent = lender.stages[s].plan;
      for (const Buffer& b : own.buffers)
        if (is_parameter(b) && std::ranges::none_of(lent.buffers, [&](const Buffer& other) {
              return is_parameter(other) && lent.name(other.name) == own.name(b.name) &&
                     other.distribution == b.distribution && other.element == b.element;
            }))
          throw Error(sentence("the model whose weights are used has no parameter ",
                               own.name(b.name), " of ", text(b.distribution.shape), " in stage ",
                               s));
    }
  }
  void make(const Key& key, Forward& made) {
    Pipeline whole;
    std::vector<Pipeline> micro;
    std::vector<std::size_t> which;  // of each micro-batch: its plans
    all_.together([&] {
      whole = plans_(key, &pipeline_);
      if (settings_.micro_batches == 1) return;
      std::vector<Key> seen;
      const Before before{};
      for (const Key& part : parts_(key, settings_.micro_batches)) {
        std::size_t i = 0;
        while (i < seen.size() && (before(seen[i], part) || before(part, seen[i]))) ++i;
        which.push_back(i);
        if (i < seen.size()) continue;
        seen.push_back(part);
        micro.push_back(plans_(part, &pipeline_));
      }
    });
    if (which.empty()) which.push_back(0);
    if (!all_.agree(detail::fingerprint(whole, settings_)))
      throw Error("the ranks were given different batches");
    const auto add = [&](const Pipeline& plans) {
      made.executors.push_back(
          std::make_unique<StageExecutor>(plans, all_, own(), backend_, *parameters_));
    };
    if (micro.empty()) add(whole);
    for (const Pipeline& plans : micro) add(plans);
    std::vector<StageExecutor*> parts;
    for (std::size_t i : which) parts.push_back(made.executors[i].get());
    made.forward = std::make_unique<PipelineForward>(whole, std::move(parts), all_, settings_);
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
  std::shared_ptr<Parameters> parameters_;
  Remembered<Key, Forward, Before> forwards_;
};

}  // namespace tenon::detail
