// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A program in the form in which it is optimised: what takes block 3 of 8 along dimension 0 is
///   {slice, {0, 8, 3}}, whatever the shape
/// MindSpore: TransStridedSliceToSlice, TransSliceToStridedSlice, GetRedistributionOpShape.
#include <algorithm>

#include <tenon/layout/mindspore/redistribution_operator.hpp>

namespace tenon::detail {

inline void erase_steps(RedistributionProgram& program, std::size_t first, std::size_t last) {
  RedistributionProgram rest;
  for (std::size_t i = 0; i < program.size(); ++i)
    if (i < first || i >= last) rest.push_back(program[i]);
  program = rest;
}
inline void insert_step(RedistributionProgram& program, std::size_t at,
                        const RedistributionOperator& step) {
  program.push_back(step);
  std::rotate(program.begin() + at, program.end() - 1, program.end());
}

/// The shape that a slice has after each operator; StridedSlice and Slice both.
inline List<List<Index>> shapes_after(const RedistributionProgram& program, List<Index> shape) {
  List<List<Index>> shapes;
  for (const auto& [kind, a] : program) {
    if (kind == RedistributionKind::reshape) shape = a;
    if (kind == RedistributionKind::all_concat) shape[std::size_t(a.back())] *= Index(a.size() - 1);
    if (kind == RedistributionKind::slice) shape[std::size_t(a[0])] /= a[1];
    if (kind == RedistributionKind::strided_slice)
      for (std::size_t d = 0; d < shape.size(); ++d) shape[d] = a[shape.size() + d] - a[d];
    shapes.push_back(shape);
  }
  return shapes;
}

inline void to_slices(RedistributionProgram& program, const List<Index>& input) {
  const auto shapes = shapes_after(program, input);
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (program[i].kind != RedistributionKind::strided_slice) continue;
    const List<Index> in = i ? shapes[i - 1] : input;
    std::size_t d = 0;
    while (d + 1 < in.size() && shapes[i][d] == in[d]) ++d;
    program[i] = {RedistributionKind::slice,
                  {Index(d), in[d] / shapes[i][d], program[i].arguments[d] / shapes[i][d]}};
  }
}

inline void to_strided_slices(RedistributionProgram& program, const List<Index>& input) {
  const auto shapes = shapes_after(program, input);
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (program[i].kind != RedistributionKind::slice) continue;
    const std::size_t d = std::size_t(program[i].arguments[0]);
    const Index size = shapes[i][d], block = program[i].arguments[2];
    List<Index> arguments(shapes[i].size()), end = i ? shapes[i - 1] : input;
    arguments[d] = block * size;
    end[d] = (block + 1) * size;
    for (Index e : end) arguments.push_back(e);
    for (std::size_t k = 0; k < end.size(); ++k) arguments.push_back(1);
    program[i] = {RedistributionKind::strided_slice, arguments};
  }
}

}  // namespace tenon::detail
