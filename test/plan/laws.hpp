// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What holds for every plan, by brute force over steps, ranks and pairs of buffers.
#include <string>
#include <vector>

#include <tenon/core/region.hpp>
#include <tenon/plan/plan.hpp>

namespace tenon::test {

/// What is wrong with a plan's addresses and order, or "".
inline std::string broken_law(const PlanView& plan) {
  const int buffers = int(plan.buffers.size()), steps = int(plan.steps.size());
  const auto base = [&](int b) {
    while (plan.buffer(b).place == Buffer::Place::view) b = plan.buffer(b).base;
    return b;
  };
  std::vector<int> made(std::size_t(buffers), steps), last(std::size_t(buffers), -1);
  for (int b = 0; b < buffers; ++b)
    if (plan.buffer(b).place == Buffer::Place::input ||
        plan.buffer(b).place == Buffer::Place::parameter)
      made[std::size_t(b)] = -1;
  for (int s = 0; s < steps; ++s) {
    const Step& step = plan.steps[std::size_t(s)];
    for (int input : step.inputs) {
      if (made[std::size_t(input)] >= s) return "a step reads what is not made yet";
      last[std::size_t(base(input))] = s;
    }
    if (made[std::size_t(step.output)] != steps) return "a buffer is made twice";
    made[std::size_t(step.output)] = s;
    last[std::size_t(base(step.output))] = std::max(last[std::size_t(base(step.output))], s);
  }
  if (made[std::size_t(plan.output)] >= steps) return "the output is not made";
  last[std::size_t(base(plan.output))] = steps;

  struct Bytes {
    Index first, last;
  };
  for (int s = 0; s < steps; ++s) {  // who is in the arena in this step
    std::vector<Bytes> alive;
    for (int b = 0; b < buffers; ++b) {
      const Buffer& buffer = plan.buffer(b);
      if (buffer.place != Buffer::Place::arena || made[std::size_t(b)] > s ||
          last[std::size_t(b)] < s)
        continue;
      if (buffer.bytes() > 0) alive.push_back({buffer.offset, buffer.offset + buffer.bytes()});
    }
    const Step& step = plan.steps[std::size_t(s)];
    if (step.scratch_bytes) alive.push_back({step.scratch, step.scratch + step.scratch_bytes});
    for (std::size_t i = 0; i < alive.size(); ++i) {
      if (alive[i].first < 0 || alive[i].last > plan.arena) return "a buffer leaves the arena";
      if (alive[i].first % 64) return "a buffer is not on a cache line's border";
      for (std::size_t j = 0; j < i; ++j)
        if (alive[i].first < alive[j].last && alive[j].first < alive[i].last)
          return "two live buffers overlap";
    }
    if (step.kind == Step::Kind::compute && plan.buffer(step.output).place != Buffer::Place::arena)
      return "a computation writes where it may not";
    if (step.kind == Step::Kind::exchange && step.movement == Movement::nothing)
      return "an exchange of nothing";
  }

  Index parameters = 0;
  for (int b = 0; b < buffers; ++b) {
    const Buffer& buffer = plan.buffer(b);
    const Distribution& x = buffer.distribution;
    if (!cuts_are_disjoint(x)) return "cuts are not disjoint";
    Index blocks = x.summands();
    for (int d = 0; d < x.shape.size(); ++d) blocks *= x.parts(d);
    if (plan.devices % blocks) return "the devices are not a multiple of the blocks";
    if (buffer.place == Buffer::Place::parameter) {
      for (int other = 0; other < b; ++other)
        if (plan.buffer(other).place == Buffer::Place::parameter &&
            plan.buffer(other).offset < buffer.offset + buffer.bytes() &&
            buffer.offset < plan.buffer(other).offset + plan.buffer(other).bytes())
          return "two parameters overlap";
      parameters = std::max(parameters, buffer.offset + buffer.bytes());
      if (buffer.offset % 64) return "a parameter is not on a cache line's border";
    }
    for (Index rank = 0; rank < plan.devices; ++rank) {
      const Box box = x.box(rank);
      if (volume(box) * bytes(buffer.element) > buffer.bytes())
        return "a block is larger than its buffer";
      if (buffer.place != Buffer::Place::view || volume(box) == 0) continue;
      const Buffer& shown = plan.buffer(buffer.base);
      const Box around = shown.distribution.box(rank);
      if (shown.distribution.shape == x.shape) {
        if (!(intersection(box, around) == box)) return "a view leaves its base";
        if (!is_contiguous(region(box, around))) return "a view is not contiguous";
      } else if (volume(box) != volume(around)) {
        return "a view has another size than its base";
      }
    }
  }
  if (parameters != plan.parameters) return "the bytes of the parameters";
  if (plan.peak_memory() != plan.arena + plan.parameters) return "the peak of memory";
  return "";
}

}  // namespace tenon::test
