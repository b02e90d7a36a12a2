// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a plan needs of a device's memory on one rank, known without a device:
///   device_needs(plan, rank, backend) == {.parameters = 2 MiB, .arena = ..., .inputs = ...}
#include <algorithm>

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
  Index device() const { return parameters + arena + inputs; }
};

namespace detail {

inline Index block_bytes(const PlanView& plan, int buffer, Index rank) {
  const Buffer& b = plan.buffer(buffer);
  return product(Dims{volume(b.distribution.box(rank)), bytes(b.element)});
}
/// Of every exchange in turn: what is given, and what is taken.
inline Index exchange_bytes(const PlanView& plan, Index rank, bool given) {
  Index most = 0;
  for (const Step& step : plan.steps)
    if (plan.communicates(step))
      most = std::max(most, block_bytes(plan, given ? step.inputs[0] : step.output, rank));
  return most;
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
  for (bool given : {true, false}) needs.staging += detail::exchange_bytes(plan, rank, given);
  return needs;
}

/// @param there bytes of parameters that it has already, of other programs of the network
/// @throws Error where the device has not so much memory.
inline void require(const DeviceNeeds& needs, Index there, const Device& device, Index rank) {
  using detail::in_words;
  const Index own = device.own_bytes(), all = needs.device() - there + own;
  if (all <= device.free_bytes()) return;
  throw Error(sentence(device.text(), " has ", in_words(device.free_bytes()),
                       " of memory free, but rank ", rank, " needs ", in_words(all), ": ",
                       in_words(needs.parameters - there), " for parameters, ",
                       in_words(needs.arena), " for what is in between, ", in_words(needs.inputs),
                       " for inputs, ", in_words(own), " for the libraries; legal: more ranks on ",
                       "more devices, a smaller batch, weights of 16 bits"));
}

}  // namespace tenon
