// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One number for all that a plan says, to compare over ranks before the first message.
#include <bit>
#include <cstdint>

#include <tenon/core/hash.hpp>
#include <tenon/plan/plan.hpp>

namespace tenon {

/// Of steps, layouts and names.
inline std::uint64_t fingerprint(const PlanView& plan) {
  Hash hash;
  const auto add = [&](auto number) { hash.add(number); };
  for (const Buffer& b : plan.buffers) {
    add(b.place), add(b.element), add(b.offset), add(b.base);
    for (Index size : b.distribution.shape) add(size);
    for (const Cut& cut : b.distribution.cuts)
      add(cut.dimension), add(cut.digit.parts), add(cut.digit.stride);
  }
  for (const Step& s : plan.steps) {
    add(s.kind), add(s.output), add(s.bias), add(s.movement), add(s.scratch);
    for (int input : s.inputs) add(input);
    for (Index number : s.attributes.integers) add(number);
    for (double number : s.attributes.reals) add(std::bit_cast<std::uint64_t>(number));
    if (s.op) hash.add(s.op->name);
    if (s.activation) hash.add(s.activation->name);
  }
  hash.add({plan.letters.data(), plan.letters.size()});
  add(plan.devices), add(plan.arena), add(plan.parameters), add(plan.output);
  for (int input : plan.inputs) add(input);
  for (int output : plan.further) add(output);
  return hash.value;
}

}  // namespace tenon
