// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a plan needs of a device's memory on one rank, known without a device:
///   device_needs(plan, rank, backend) == {.parameters = 2 MiB, .arena = ..., .inputs = ...}
#include <algorithm>
#include <vector>

#include <tenon/backend/backend.hpp>
#include <tenon/core/sentence.hpp>
#include <tenon/plan/plan.hpp>

namespace tenon {

/// In which elements a parameter is kept: all steps that read it must want them.
inline Element kept_as(const PlanView& plan, int buffer, const Backend& backend) {
  const Element own = plan.buffer(buffer).element;
  Element kept = own;
  bool first = true;
  for (const Step& step : plan.steps)
    for (int i = 0; i < step.inputs.size(); ++i) {
      if (step.inputs[i] != buffer) continue;
      const bool computes = step.kind == Step::Kind::compute;
      const Element wanted = computes ? backend.kept_as(step.op->name, i, own) : own;
      if (!first && wanted != kept) return own;
      kept = wanted, first = false;
    }
  for (const Buffer& b : plan.buffers)
    if (b.place == Buffer::Place::view && b.base == buffer) return own;
  return buffer == plan.output || contains(plan.further, buffer) ? own : kept;
}

/// Bytes on the device; and of the host, where its copies to and from the device begin and end.
struct DeviceNeeds {
  Index parameters = 0, arena = 0, inputs = 0, staging = 0;
  Index scratch = 0;  // of the step that needs most besides its blocks
  Index shown = 0;    // what other devices read, where they do: two turns of the largest exchange
  Index device() const { return parameters + arena + inputs + shown; }
};

namespace detail {

inline Index block_bytes(const PlanView& plan, int buffer, Index rank) {
  const Buffer& b = plan.buffer(buffer);
  return product(Dims{volume(b.distribution.box(rank)), bytes(b.element)});
}
/// Of every exchange in turn: what is given, and what is taken.
/// @param which of the steps are looked at; none: all
inline Index exchange_bytes(const PlanView& plan, Index rank, bool given,
                            const std::vector<bool>& which = {}) {
  Index most = 0;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    if (plan.communicates(step) && (which.empty() || which[i]))
      most = std::max(most, block_bytes(plan, given ? step.inputs[0] : step.output, rank));
  }
  return most;
}
/// Of the host's, for what an exchange packs.
inline Index exchange_scratch(const PlanView& plan) {
  Index most = 0;
  for (const Step& step : plan.steps) most = std::max(most, step.scratch_bytes);
  return most;
}

/// A step's call on a rank, without memory.
inline KernelCall call_of(const PlanView& plan, const Step& step, Index rank,
                          const Backend& backend) {
  const auto block = [&](int id) {
    const Buffer& b = plan.buffer(id);
    const bool parameter = b.place == Buffer::Place::parameter;
    return Block{nullptr, b.distribution.box(rank),
                 parameter ? kept_as(plan, id, backend) : b.element, b.distribution.shape};
  };
  KernelCall call;
  for (int input : step.inputs) call.inputs.push_back(block(input));
  call.output = block(step.output);
  call.attributes = step.attributes;
  call.bias = step.bias;
  if (!step.activation) return call;
  call.activation = &step.activation->scalar;
  call.activation_name = step.activation->name;
  return call;
}

inline std::string in_words(Index bytes) {
  const char* units[] = {" bytes", " KiB", " MiB", " GiB", " TiB"};
  Index tenths = bytes * 10;
  int unit = 0;
  for (; tenths >= 10240 && unit < 4; ++unit) tenths = (tenths + 512) / 1024;
  if (unit == 0) return sentence(bytes, units[0]);
  return sentence(tenths / 10, ".", tenths % 10, units[unit]);
}

}  // namespace detail

inline DeviceNeeds device_needs(const PlanView& plan, Index rank, const Backend& backend) {
  DeviceNeeds needs;
  needs.arena = plan.arena;
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& b = plan.buffers[i];
    if (b.place == Buffer::Place::parameter)
      needs.parameters += volume(b.distribution.box(rank)) * bytes(kept_as(plan, int(i), backend));
  }
  for (int input : plan.inputs) needs.inputs += detail::block_bytes(plan, input, rank);
  needs.staging = needs.inputs + detail::block_bytes(plan, plan.output, rank);
  for (int output : plan.further) needs.staging += detail::block_bytes(plan, output, rank);
  for (const Step& step : plan.steps)
    if (step.kind == Step::Kind::compute)
      needs.scratch = std::max(
          needs.scratch,
          backend.scratch_bytes(step.op->name, detail::call_of(plan, step, rank, backend)));
  for (bool given : {true, false}) needs.staging += detail::exchange_bytes(plan, rank, given);
  return needs;
}

}  // namespace tenon
