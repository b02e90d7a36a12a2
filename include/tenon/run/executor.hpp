// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Runs a plan on one rank: plan x backend x communication.
///   Executor forward(plan, backend, communication, parameters);  forward.run({images.data()});
/// Allocates when it is made, not when it runs; but once where its output comes back as an input.
#include <functional>

#include <tenon/backend/backend.hpp>
#include <tenon/comm/communication.hpp>
#include <tenon/run/exchange_of.hpp>
#include <tenon/run/fingerprint.hpp>
#include <tenon/run/memory.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

class Executor {
 public:
  /// Collective. The plan, the backend and the others outlive the executor, where they are.
  /// @throws Error on every rank if the ranks were given different plans.
  Executor(const PlanView& plan, const Backend& backend, Communication& communication,
           const Parameters& parameters)
      : plan_(plan),
        rank_(communication.rank()),
        arena_(plan.arena),
        at_(plan.buffers.size()),
        moved_(plan.buffers.size()),
        calls_(plan.steps.size()) {
    communication.together([&] {
      if (plan.devices == communication.size()) return;
      throw Error(std::string("the plan is for ")
                      .append(std::to_string(plan.devices))
                      .append(" ranks, the communicator has ")
                      .append(std::to_string(communication.size())));
    });
    if (!communication.agree(fingerprint(plan)))
      throw Error("the ranks were given different plans: other networks, batches or programs");
    std::ranges::fill(arena_.part(0, plan.arena), std::byte{0});  // touched now, not when it runs
    for (std::size_t i = 0; i < plan.buffers.size(); ++i) place(int(i), parameters);
    for (std::size_t i = 0; i < plan.steps.size(); ++i)
      prepare(plan.steps[i], calls_[i], int(i), backend, communication);
  }

  /// The output's block of this rank, until the next run. @pre one pointer for each input, to this
  /// rank's block of it, row-major. Collective.
  const void* run(std::span<const void* const> inputs) {
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i)
      at_[std::size_t(plan_.inputs[i])] = not_in_arena(inputs[i], i);
    for (const auto& [buffer, slice] : held_)  // loading may have moved it
      at_[std::size_t(buffer)] = const_cast<std::byte*>(slice->data);
    for (const Step& step : plan_.steps)
      if (step.kind == Step::Kind::view)
        at_[std::size_t(step.output)] =
            at_[std::size_t(step.inputs[0])] + moved_[std::size_t(step.output)];
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      Call& call = calls_[i];
      const Step& step = plan_.steps[i];
      if (call.exchange) {
        call.exchange->run(at(step.inputs[0]), at(step.output));
      } else if (call.kernel) {
        for (int o = 0; o < step.inputs.size(); ++o)
          call.arguments.inputs[o].data = at(step.inputs[o]);
        call.kernel(call.arguments);
      }
    }
    return at(plan_.output);
  }
  const PlanView& plan() const { return plan_; }

 private:
  struct Call {
    Kernel kernel = nullptr;
    KernelCall arguments;
    std::unique_ptr<Exchange> exchange;
  };

  /// The input's memory; a copy of it where it is this executor's own output, handed back as an
  /// input: state = predict(state).
  std::byte* not_in_arena(const void* input, std::size_t i) {
    auto* data = static_cast<std::byte*>(const_cast<void*>(input));
    const std::less<const std::byte*> before;
    if (before(data, arena_.data()) || !before(data, arena_.data() + arena_.size())) return data;
    const Buffer& b = plan_.buffer(plan_.inputs[i]);
    returned_.resize(plan_.inputs.size());
    returned_[i].resize(std::size_t(volume(b.distribution.box(rank_)) * bytes(b.element)));
    std::copy_n(data, returned_[i].size(), returned_[i].begin());
    return returned_[i].data();
  }

  std::byte* at(int buffer) const { return at_[std::size_t(buffer)]; }

  void place(int id, const Parameters& parameters) {
    const Buffer& b = plan_.buffer(id);
    std::byte*& data = at_[std::size_t(id)];
    if (b.place == Buffer::Place::arena) data = arena_.data() + b.offset;
    if (b.place == Buffer::Place::parameter)
      held_.push_back({id, &parameters.at(plan_.name(b.name), b.distribution)});
    if (b.place != Buffer::Place::view) return;
    const Buffer& base =
        plan_.buffer(b.base);  // rows of it, or the same elements under another shape
    if (b.distribution.shape == base.distribution.shape)
      moved_[std::size_t(id)] = region_of_rows(b, base).first * bytes(b.element);
  }
  Region region_of_rows(const Buffer& b, const Buffer& base) const {
    const Box part = b.distribution.box(rank_), block = base.distribution.box(rank_);
    return volume(part) ? region(part, block) : Region{};
  }
  Block block(int id) const {
    return {at(id), plan_.buffer(id).distribution.box(rank_), plan_.buffer(id).element};
  }

  void prepare(const Step& step, Call& call, int tag, const Backend& backend,
               Communication& communication) {
    if (step.kind == Step::Kind::exchange)
      call.exchange =
          communication.prepare(exchange_of(plan_.from(step), plan_.to(step), rank_, plan_.devices,
                                            plan_.buffer(step.output).element),
                                arena_.part(step.scratch, step.scratch_bytes), tag);
    if (step.kind != Step::Kind::compute) return;
    const Element element = plan_.buffer(step.output).element;
    call.kernel = backend.kernel(step.op->name, element);
    if (!call.kernel) call.kernel = step.op->law(element);
    for (int input : step.inputs) call.arguments.inputs.push_back(block(input));
    call.arguments.output = block(step.output);
    call.arguments.attributes = step.attributes;
    call.arguments.bias = step.bias;
    if (!step.activation) return;
    call.arguments.activation = &step.activation->scalar;
    call.arguments.activation_name = step.activation->name;
  }

  PlanView plan_;
  Index rank_;
  Memory arena_;
  std::vector<std::byte*> at_;                                  // of each buffer
  std::vector<std::pair<int, const Parameters::Slice*>> held_;  // buffers that are parameters
  std::vector<Index> moved_;  // of each view: bytes behind the beginning of its base
  std::vector<Call> calls_;
  std::vector<std::vector<std::byte>> returned_;  // of each input
};

}  // namespace tenon
