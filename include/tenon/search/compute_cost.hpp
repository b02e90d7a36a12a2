// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an operator costs on the rank whose block is largest:
///   step + longer + shorter^3 / (3 longer^2), for each of the ranks that take turns
/// of operations / flops and bytes / memory_rate (up to `cache` bytes, / cache_rate): one is hidden
/// behind the other, and less of it where both take alike.
/// A MatMul of [m, k] and [k, n] has 2 m n k operations, a convolution as many as the product that
/// it is, another operator one for each element that it reads or writes, whichever are more.
#include <tenon/network/operator.hpp>
#include <tenon/layout/distribution.hpp>
#include <tenon/search/machine.hpp>

namespace tenon {

/// Operations and bytes of one operator on one rank.
struct Work {
  double operations = 0, bytes = 0;
};

/// Gather and StridedSlice read as much of their first operand as they write.
/// @param inputs the blocks of its operands, without a bias that was fused
/// @param input_bytes of an element of each
constexpr Work work_of(const Operator& op, const Attributes& attributes,
                       const Vector<Dims, 4>& inputs, const Vector<Index, 4>& input_bytes,
                       const Dims& output, Index element_bytes) {
  const auto size = [](const Dims& block) {
    double n = 1;
    for (Index d : block) n *= double(d);
    return n;
  };
  const bool picks = op.name == "Gather" || op.name == "StridedSlice";
  Work work{size(output), size(output) * double(element_bytes)};
  for (int i = 0; i < inputs.size(); ++i) {
    double read = size(inputs[i]);
    if (picks && i == 0 && read > size(output)) read = size(output);
    work.bytes += read * double(input_bytes[i]);
    work.operations = read > work.operations ? read : work.operations;
  }
  if (op.name == "MatMul" && inputs[0].size() > 1) {
    const Dims& a = inputs[0];
    work.operations = 2 * size(output) * double(a[a.size() - (attributes.integers[0] ? 2 : 1)]);
  } else if (op.name == "Conv2D" && inputs[1].size() > 0 && inputs[1][0] > 0) {
    work.operations = 2 * size(output) * size(inputs[1]) / double(inputs[1][0]);
  }
  return work;
}

/// The larger of both, and up to a third more.
constexpr Picoseconds overlapping(Picoseconds a, Picoseconds b) {
  const double longer = double(a > b ? a : b), shorter = double(a > b ? b : a);
  if (longer == 0) return 0;
  const double part = shorter / longer;
  return plus(a > b ? a : b, Picoseconds(part * part * shorter / 3));
}

constexpr Picoseconds compute_cost(const Work& work, Index devices, const Machine& machine) {
  const Picoseconds computing = duration(work.operations, machine.flops);
  const Picoseconds reading =
      duration(work.bytes, work.bytes <= machine.cache ? machine.cache_rate : machine.memory_rate);
  return times(machine.turns(devices),
               plus(duration(machine.step), overlapping(computing, reading)));
}

}  // namespace tenon
