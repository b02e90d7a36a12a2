// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an executor (run/executor.hpp) holds: a plan's steps made ready, and where everything is.
#include <tenon/backend/backend.hpp>
#include <tenon/backend/memory.hpp>
#include <tenon/comm/communication.hpp>
#include <tenon/run/any_execution.hpp>
#include <tenon/run/exchange_of.hpp>
#include <tenon/run/held_parameters.hpp>
#include <tenon/run/prepared_step.hpp>
#include <tenon/run/returned_inputs.hpp>
#include <tenon/run/sum_order.hpp>

namespace tenon::detail {

class Execution final : public AnyExecution {
 public:
  Execution(const PlanView& plan, const Backend& backend, Communication& communication,
           Parameters& parameters)
      : plan_(plan),
        rank_(communication.rank()),
        reproducible_(backend.reproducible()),
        arena_(plan.arena),
        at_(plan.buffers.size()),
        steps_(plan.steps.size()) {
    check_agreement(plan, communication);
    for (std::size_t i = 0; i < plan.buffers.size(); ++i) place(int(i), parameters);
    for (std::size_t i = 0; i < plan.steps.size(); ++i)
      prepare(plan.steps[i], steps_[i], int(i), backend, communication);
    find_readers();
  }

  const void* run(std::span<const void* const> inputs) override {
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i)
      at_[std::size_t(plan_.inputs[i])] = not_our_own(inputs[i], i);
    if (held_.read([&](int buffer) -> std::byte*& { return at_[std::size_t(buffer)]; }))
      for (PreparedStep& step : steps_) step.take_parameters(at_);
    for (PreparedStep& step : steps_) step.run(at_);
    return at(plan_.output);
  }
  const void* result(int buffer) const override { return at(buffer); }

 private:
  /// The input's memory; a copy of it where it is this executor's own.
  std::byte* not_our_own(const void* input, std::size_t i) {
    auto* data = static_cast<std::byte*>(const_cast<void*>(input));
    bool own = returned_.lies_in(data, {arena_.data(), arena_.size()}) ||
               lies_in_shared(data, plan_.output);
    for (int output : plan_.further) own = own || lies_in_shared(data, output);
    if (!own) return data;
    return returned_.copy(i, {data, block_bytes(plan_.inputs[i])});
  }
  std::size_t block_bytes(int id) const {
    const Buffer& b = plan_.buffer(id);
    return std::size_t(volume(b.distribution.box(rank_)) * bytes(b.element));
  }
  /// Whether it lies in an output, which an exchange may have left in memory that ranks share.
  bool lies_in_shared(const std::byte* data, int output) const {
    int id = output;
    while (plan_.buffer(id).place == Buffer::Place::view) id = plan_.buffer(id).base;
    return plan_.buffer(id).place == Buffer::Place::arena &&
           returned_.lies_in(data, {at(output), at(output) ? block_bytes(output) : 0});
  }

  std::byte* at(int buffer) const { return at_[std::size_t(buffer)]; }
  Block block(int id) const {
    const Buffer& b = plan_.buffer(id);
    return {at(id), b.distribution.box(rank_), b.element, b.distribution.shape};
  }

  void place(int id, Parameters& parameters) {
    const Buffer& b = plan_.buffer(id);
    if (b.place == Buffer::Place::arena) at_[std::size_t(id)] = arena_.data() + b.offset;
    if (b.place == Buffer::Place::parameter)
      held_.add(id, parameters.at(plan_.name(b.name), b.distribution));
  }

  void prepare(const Step& step, PreparedStep& made, int tag, const Backend& backend,
               Communication& communication) {
    const Buffer& y = plan_.buffer(step.output);
    made.step = &step;
    made.home = at(step.output);
    if (step.activation) {
      made.arguments.activation = &step.activation->scalar;
      made.arguments.activation_name = step.activation->name;
    }
    switch (step.kind) {
      case Step::Kind::view: made.moved = bytes_behind(y, plan_.buffer(y.base), rank_); return;
      case Step::Kind::exchange:
        made.exchange = communication.prepare(
            [&](int rank) {
              return exchange_of(plan_.from(step), plan_.to(step), rank, plan_.devices, y.element,
                                 reproducible_);
            },
            scratch(made), tag);
        return;
      case Step::Kind::compute:
        prepare_kernel(
            made, backend, reproducible_ ? sum_blocks_of(plan_, step, rank_) : SumBlocks(),
            [&](int id) { return block(id); }, [&](int id) { return held_.packed(id); });
    }
  }
  /// Several sums of each block need room for as many.
  std::span<std::byte> scratch(PreparedStep& made) {
    const Step& step = *made.step;
    if (!reproducible_ || !plan_.from(step).partial())
      return arena_.part(step.scratch, step.scratch_bytes);
    made.scratch = Memory(step.scratch_bytes * sum_tree_depth);
    return made.scratch.part(0, Index(made.scratch.size()));
  }

  /// What is made for an exchange is made where the exchange wants it.
  void find_readers() {
    for (PreparedStep& maker : steps_)
      for (const PreparedStep& other : steps_)
        if (other.exchange && !maker.reader && other.step->inputs[0] == maker.step->output)
          maker.reader = other.exchange.get();
  }

  PlanView plan_;
  Index rank_;
  bool reproducible_;
  Memory arena_;
  Places at_;
  HeldParameters held_;
  std::vector<PreparedStep> steps_;
  ReturnedInputs returned_;
};

}  // namespace tenon::detail
