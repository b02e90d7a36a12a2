// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A batch through a pipeline, whole or as several micro-batches one behind the other:
///   PipelineForward forward(planned_stages(graph, 8), parts, all, {.result_broadcast = true});
///   forward.run({images.data()});   forward.output(0)
/// Micro-batches are rows of the batch: while a stage works on one, the stage before works on the
/// next one. MindSpore: PipelineCellInference, pipeline_result_broadcast.
#include <tenon/core/sentence.hpp>
#include <tenon/run/result_broadcast.hpp>
#include <tenon/run/stage_executor.hpp>

namespace tenon {

struct PipelineSettings {
  Index micro_batches = 1;        // of each batch
  bool result_broadcast = false;  // every stage gets the result; false: the last one alone
};

class PipelineForward {
 public:
  /// Collective over `all`. @param parts the stage's executors of the micro-batches, in order; they
  /// and `all` outlive this.
  /// @throws Error when the outputs are not made of the micro-batches' rows.
  PipelineForward(const Pipeline& whole, std::vector<StageExecutor*> parts, Communication& all,
                  const PipelineSettings& settings)
      : parts_(std::move(parts)), local_(all.rank() % whole.ranks) {
    const Index stages = Index(whole.stages.size()), stage = all.rank() / whole.ranks;
    is_last_ = stage + 1 == stages;
    broadcasts_ = settings.result_broadcast && stages > 1;
    const Plan& last = whole.stages.back().plan;
    all.together([&] {
      find_inputs(whole.stages[std::size_t(stage)]);
      add_output(last.buffer(last.output));
      for (int output : last.further) add_output(last.buffer(output));
    });
    for (Output& y : outputs_)
      if (broadcasts_)
        y.broadcast = all.prepare(
            [&](int rank) {
              return result_broadcast(y.buffer.distribution, y.buffer.element, stages, whole.ranks,
                                      rank);
            },
            {}, broadcast_tag + y.number);
  }

  /// @param inputs of each this rank's block of the whole batch.
  void run(std::span<const void* const> inputs) {
    given_.resize(inputs.size());
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      std::ranges::copy(inputs, given_.begin());
      for (std::size_t i = 0; i < first_[k].size(); ++i) {
        const std::size_t input = std::size_t(parts_[k]->inputs()[i]);
        given_[input] = static_cast<const std::byte*>(inputs[input]) + first_[k][i];
      }
      parts_[k]->run(given_);
      if (is_last_ && parts_.size() > 1) collect(k);
    }
    if (broadcasts_)
      for (Output& y : outputs_)
        y.broadcast_result = y.broadcast->run(is_last_ ? made(y) : nullptr, y.all.data());
  }
  /// Whether this rank has the result: of the last stage, or broadcast.
  bool has_result() const { return is_last_ || broadcasts_; }
  /// This rank's block of the network's output, until the next run; null where it has none.
  const void* output(std::size_t i) const {
    const Output& y = outputs_[i];
    return broadcasts_ ? y.broadcast_result : is_last_ ? made(y) : nullptr;
  }
  std::size_t outputs() const { return outputs_.size(); }
  const Buffer& described(std::size_t i) const { return outputs_[i].buffer; }

 private:
  struct Output {
    Buffer buffer;    // of the whole batch
    int number;       // among the outputs
    Memory joined{};  // of micro-batches
    Memory all{};     // broadcast
    std::unique_ptr<Exchange> broadcast{};
    const void* broadcast_result = nullptr;
  };
  static constexpr int broadcast_tag = 16384;  // the exchanges of a program have small ones

  std::size_t block_bytes(const Buffer& b) const {
    return std::size_t(volume(b.distribution.box(local_)) * bytes(b.element));
  }
  /// Whether this rank's blocks of the micro-batches, one behind the other, are that of the batch.
  bool is_joined(const Buffer& whole, auto&& part) const {
    const Box all = whole.distribution.box(local_);
    Index rows = 0;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      const Box own = part(k).distribution.box(local_);
      if (own.empty() || own.size() != all.size()) return false;
      for (int d = 1; d < own.size(); ++d)
        if (own[d].size() != all[d].size()) return false;
      rows += own[0].size();
    }
    return rows == all[0].size();
  }
  /// Bytes of each input before those of each micro-batch: none of what all have alike.
  void find_inputs(const StagePlan& whole) {
    for (std::size_t k = 0; k < parts_.size(); ++k) first_.emplace_back(whole.inputs.size());
    for (std::size_t i = 0; i < whole.inputs.size(); ++i) {
      const Buffer& b = whole.plan.buffer(whole.plan.inputs[i]);
      const auto part = [&](std::size_t k) -> const Buffer& {
        return parts_[k]->plan().buffer(parts_[k]->plan().inputs[i]);
      };
      bool alike = true;
      for (std::size_t k = 0; k < parts_.size(); ++k)
        alike = alike && part(k).distribution == b.distribution;
      if (alike) continue;
      if (!is_joined(b, part)) refuse("input", b);
      for (std::size_t k = 1; k < parts_.size(); ++k)
        first_[k][i] = first_[k - 1][i] + block_bytes(part(k - 1));
    }
  }
  void add_output(const Buffer& buffer) {
    Output y{buffer, int(outputs_.size())};
    const auto part = [&](std::size_t k) -> const Buffer& {
      return parts_[k]->plan().buffer(output_of(*parts_[k], y.number));
    };
    if (is_last_ && parts_.size() > 1) {
      if (!is_joined(buffer, part)) refuse("output", buffer);
      y.joined = Memory(Index(block_bytes(buffer)));
    }
    if (broadcasts_) y.all = Memory(Index(block_bytes(buffer)));
    outputs_.push_back(std::move(y));
  }
  [[noreturn]] void refuse(std::string_view what, const Buffer& b) const {
    throw Error(sentence("the ", what, " of ", text(b.distribution.shape), " is not the rows of ",
                         parts_.size(), " micro-batches one behind the other; legal: ",
                         "micro_batches of 1, or a network whose every row is by itself, and rows ",
                         "that every rank has as many of"));
  }
  static int output_of(const StageExecutor& part, int number) {
    return number ? part.plan().further[number - 1] : part.plan().output;
  }
  void collect(std::size_t k) {
    for (Output& y : outputs_) {
      const std::size_t count = parts_[k]->block_bytes(output_of(*parts_[k], y.number));
      std::size_t first = 0;
      for (std::size_t before = 0; before < k; ++before)
        first += parts_[before]->block_bytes(output_of(*parts_[before], y.number));
      if (count) std::memcpy(y.joined.data() + first, parts_[k]->output(y.number), count);
    }
  }
  const void* made(const Output& y) const {
    return parts_.size() > 1 ? y.joined.data() : parts_[0]->output(y.number);
  }

  std::vector<StageExecutor*> parts_;
  Index local_;
  bool is_last_ = false, broadcasts_ = false;
  std::vector<std::vector<std::size_t>> first_;  // of each micro-batch: bytes of each input before
  std::vector<const void*> given_;
  std::vector<Output> outputs_;
};

}  // namespace tenon
