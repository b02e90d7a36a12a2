// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Runs one stage of a pipeline on one of its ranks: receive, compute, send on.
///   StageExecutor stage(planned_stages(graph, 8), all, ranks_of_stage, backend, parameters);
///   stage.run({images.data()});
/// It returns when its part is done, not when the last stage has the result: called again, stages
/// work on as many batches at once. Allocates nothing when it runs, but as Executor does.
#include <algorithm>
#include <cstring>
#include <functional>

#include <tenon/comm/communication.hpp>
#include <tenon/plan/stage_plan.hpp>
#include <tenon/run/executor.hpp>

namespace tenon {

class StageExecutor {
 public:
  /// Collective over `all`. @param own the ranks of this rank's stage; all, where there is one
  /// stage.
  /// @param backend, @param parameters and the communications outlive this.
  StageExecutor(const Pipeline& pipeline, Communication& all, Communication& own,
                const Backend& backend, Parameters& parameters)
      : rank_(own.rank()),
        stage_(pipeline.stages[std::size_t(all.rank() / own.size())]),
        plan_(view(stage_.plan)),
        given_(plan_.inputs.size()),
        kept_(std::size_t(1 + plan_.further.size())),
        executor_(plan_, backend, own, parameters) {
    ChannelEnds ends;
    ends.bytes_from = received_bytes_ = places_of(stage_.received, received_at_);
    ends.bytes_to = places_of(stage_.sent, sent_at_);
    if (!stage_.received.empty()) ends.from = all.rank() - own.size();
    if (!stage_.sent.empty()) ends.to = all.rank() + own.size();
    if (pipeline.stages.size() > 1) channel_ = all.channel(ends);
  }

  /// @param inputs the whole network's, of each this rank's block; those that the stage does not
  /// read may be null.
  void run(std::span<const void* const> inputs) {
    const std::byte* block = stage_.received.empty() ? nullptr : channel_->receive();
    for (std::size_t i = 0; i < stage_.inputs.size(); ++i)
      given_[i] = inputs[std::size_t(stage_.inputs[i])];
    std::size_t next = stage_.inputs.size();
    for (std::size_t i = 0; i < stage_.received.size(); ++i)
      if (stage_.received[i].buffer >= 0) given_[next++] = block + received_at_[i];
    result_ = executor_.run(given_);
    if (!stage_.sent.empty()) send(block);
    if (!block) return;
    for (int i = 0; i < int(kept_.size()) && stage_.sent.empty(); ++i) keep(i, block);
    channel_->release();
  }
  /// Of the stage's plan, in the last stage the network's; this rank's block, until the next run.
  const void* output(int i) const {
    if (!kept_[std::size_t(i)].empty()) return kept_[std::size_t(i)].data();
    return i ? executor_.further(i - 1) : result_;
  }

  const PlanView& plan() const { return plan_; }
  /// Which of the network's inputs the plan's first ones are.
  const List<int>& inputs() const { return stage_.inputs; }
  /// Bytes of this rank's block of a buffer of the plan.
  std::size_t block_bytes(int buffer) const {
    const Buffer& b = plan_.buffer(buffer);
    return std::size_t(volume(b.distribution.box(rank_)) * bytes(b.element));
  }

 private:
  Index places_of(const List<Crossing>& crossings, std::vector<Index>& at) const {
    return for_each_place(crossings, rank_, [&](std::size_t, Index place) { at.push_back(place); });
  }
  void send(const std::byte* block) {
    std::byte* room = channel_->room();
    int made = 0;
    for (std::size_t i = 0; i < stage_.sent.size(); ++i) {
      const Crossing& crossing = stage_.sent[i];
      const void* from =
          crossing.passed < 0 ? output(made++) : block + received_at_[std::size_t(crossing.passed)];
      if (const Index count = crossing.bytes(rank_))
        std::memcpy(room + sent_at_[i], from, std::size_t(count));
    }
    channel_->send();
  }
  /// A copy of an output that is in what was received, which the stage before writes anew.
  void keep(int i, const std::byte* block) {
    std::vector<std::byte>& copy = kept_[std::size_t(i)];
    const auto* y = static_cast<const std::byte*>(i ? executor_.further(i - 1) : result_);
    const std::size_t count = block_bytes(i ? plan_.further[i - 1] : plan_.output);
    const std::less<const std::byte*> before;
    const bool inside = count > 0 && !before(y, block) && before(y, block + received_bytes_);
    copy.resize(inside ? count : 0);
    if (inside) std::memcpy(copy.data(), y, count);
  }

  int rank_;
  StagePlan stage_;
  PlanView plan_;
  std::vector<const void*> given_;
  std::vector<std::vector<std::byte>> kept_;
  Executor executor_;
  std::vector<Index> received_at_, sent_at_;  // of each crossing in its message
  Index received_bytes_ = 0;
  const void* result_ = nullptr;
  std::unique_ptr<Channel> channel_;
};

}  // namespace tenon
