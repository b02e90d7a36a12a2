// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One number for all that a plan says, to compare over ranks before the first message.
#include <bit>
#include <cstdint>

#include <tenon/plan/plan.hpp>

namespace tenon {

/// FNV-1a over steps, layouts and names.
inline std::uint64_t fingerprint(const PlanView& plan) {
  std::uint64_t hash = 14695981039346656037ull;
  const auto add = [&](auto number) { hash = (hash ^ std::uint64_t(number)) * 1099511628211ull; };
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
    if (s.op)
      for (char letter : s.op->name) add(letter);
    if (s.activation)
      for (char letter : s.activation->name) add(letter);
  }
  for (char letter : plan.letters) add(letter);
  add(plan.devices), add(plan.arena), add(plan.parameters), add(plan.output);
  for (int input : plan.inputs) add(input);
  for (int output : plan.further) add(output);
  return hash;
}

}  // namespace tenon
