// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Gives buffers their places in memory: first fit over the steps in which they live.
///   two buffers share bytes only if no step needs both
#include <tenon/plan/plan.hpp>

namespace tenon {

namespace detail {

struct Lifetime {
  int first = -1, last = -1;  // steps
  Index offset = 0, bytes = 0;
};

/// The lowest place that is free while it lives.
constexpr Index first_fit(const List<Lifetime>& placed, const Lifetime& wanted) {
  Index at = 0;
  for (bool moved = true; moved;) {
    moved = false;
    for (const Lifetime& other : placed) {
      const bool together = other.first <= wanted.last && wanted.first <= other.last;
      if (!together || at >= other.offset + other.bytes || other.offset >= at + wanted.bytes)
        continue;
      at = other.offset + other.bytes;
      moved = true;
    }
  }
  return at;
}

}  // namespace detail

/// A view lives in its base; outputs live on after the last step; an exchange's scratch lives
/// in its step alone.
constexpr void give_addresses(Plan& plan) {
  const auto base = [&](int buffer) {
    while (plan.buffer(buffer).place == Buffer::Place::view) buffer = plan.buffer(buffer).base;
    return std::size_t(buffer);
  };
  List<detail::Lifetime> lives(plan.buffers.size());
  for (int s = 0; s < int(plan.steps.size()); ++s) {
    const Step& step = plan.steps[std::size_t(s)];
    detail::Lifetime& made = lives[base(step.output)];
    if (made.first < 0) made.first = s;
    made.last = s;
    for (int input : step.inputs) lives[base(input)].last = s;
  }
  lives[base(plan.output)].last = int(plan.steps.size());
  for (int output : plan.further) lives[base(output)].last = int(plan.steps.size());
  List<detail::Lifetime> placed, alive;
  const auto put = [&](detail::Lifetime life) {
    life.offset = detail::first_fit(placed, life);
    placed.push_back(life);
    const Index end = life.offset + life.bytes;
    plan.arena = end > plan.arena ? end : plan.arena;
    return life.offset;
  };
  for (int s = 0; s < int(plan.steps.size()); ++s) {
    Step& step = plan.steps[std::size_t(s)];
    alive.clear();
    for (const detail::Lifetime& life : placed)
      if (life.last >= s) alive.push_back(life);
    placed = alive;
    Buffer& y = plan.buffers[std::size_t(step.output)];
    detail::Lifetime& life = lives[std::size_t(step.output)];
    life.bytes = y.bytes();
    if (y.place == Buffer::Place::arena) y.offset = put(life);
    if (step.scratch_bytes) step.scratch = put({s, s, 0, step.scratch_bytes});
  }
  for (Buffer& buffer : plan.buffers)
    if (buffer.place == Buffer::Place::parameter)
      buffer.offset = plan.parameters, plan.parameters += buffer.bytes();
}

}  // namespace tenon
