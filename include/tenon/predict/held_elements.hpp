// SPDX-License-Identifier: Apache-2.0
#pragma once
/// In what type a device holds each buffer of a plan, as the precision mode says:
///   held_elements(plan, chip, PrecisionMode::force_fp16)[buffer] == Element::float16
/// A result is held as its operator leaves it, a parameter as those read it that do; the network's
/// inputs come as they are.
#include <tenon/backend/ascend/rounding/precision.hpp>
#include <tenon/plan/plan.hpp>

namespace tenon {

inline std::vector<Element> held_elements(const PlanView& plan, const AscendChip& chip,
                                          PrecisionMode mode) {
  std::vector<Element> held;
  std::vector<bool> is_read(plan.buffers.size(), false);
  for (const Buffer& buffer : plan.buffers) held.push_back(buffer.element);
  const auto of = [&](int buffer) -> Element& { return held[std::size_t(buffer)]; };
  for (const Step& step : plan.steps) {
    if (plan.buffer(step.output).element != Element::float32) continue;
    const bool computes = step.kind == Step::Kind::compute;
    if (!computes || detail::is_moving_operator(step.op->name)) {
      of(step.output) = of(step.inputs[0]);
      continue;
    }
    const Precision precision = precision_of(step.op->name, mode, chip);
    of(step.output) = precision.result;
    for (const int input : step.inputs) {
      const Buffer& buffer = plan.buffer(input);
      if (buffer.place != Buffer::Place::parameter || buffer.element != Element::float32) continue;
      const bool wide = is_read[std::size_t(input)] && of(input) == Element::float32;
      of(input) = wide ? Element::float32 : precision.inputs;
      is_read[std::size_t(input)] = true;
    }
  }
  return held;
}

/// Bytes of what lies in such a place on the device that has most, held so.
inline Index held_bytes(const PlanView& plan, const std::vector<Element>& held, Buffer::Place place,
                        Index as_planned) {
  double own = 0, here = 0;
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& buffer = plan.buffers[i];
    if (buffer.place != place) continue;
    own += double(buffer.bytes());
    here += double(buffer.bytes()) / double(bytes(buffer.element)) * double(bytes(held[i]));
  }
  return own > 0 ? Index(double(as_planned) * here / own) : as_planned;
}

}  // namespace tenon
