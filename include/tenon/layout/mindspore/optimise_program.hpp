// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's shorter lists for resharding: gathers first, along dimension 0 where they can be,
/// and neighbours merged:
///   AllConcat(0,2, 0), AllConcat(0,4, 0)  is  AllConcat(0,2,4,6, 0)
/// MindSpore: TensorTransform::OptimizeTensorRedistributionOperatorList.
#include <tenon/layout/mindspore/slice_form.hpp>

namespace tenon {
namespace detail {

inline bool only_ones_before(const List<Index>& shape, Index dimension) {
  for (std::size_t d = 0; d < std::size_t(dimension); ++d)
    if (shape[d] != 1) return false;
  return true;
}

inline void merge_reshapes(RedistributionProgram& program, const List<Index>& input) {
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (program[i].kind != RedistributionKind::reshape) continue;
    std::size_t end = i + 1;
    while (end < program.size() && program[end].kind == RedistributionKind::reshape) ++end;
    const auto shapes = shapes_after(program, input);
    const List<Index> before = i ? shapes[i - 1] : input, after = shapes[end - 1];
    erase_steps(program, i, end);
    if (!(before == after)) insert_step(program, i, {RedistributionKind::reshape, after});
  }
}

/// A gather along a dimension after sizes of 1 is one along dimension 0 between two reshapes.
inline void gather_along_first(RedistributionProgram& program, const List<Index>& input) {
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (program[i].kind != RedistributionKind::all_concat) continue;
    const auto shapes = shapes_after(program, input);
    const List<Index> in = i ? shapes[i - 1] : input;
    const Index dimension = program[i].arguments.back();
    if (dimension == 0 || !only_ones_before(in, dimension)) continue;
    List<Index> before;
    for (std::size_t d = std::size_t(dimension); d < in.size(); ++d) before.push_back(in[d]);
    for (std::size_t k = i; k-- > 0;)
      if (program[k].kind != RedistributionKind::reshape) {
        before = shapes[k];
        break;
      }
    program[i].arguments.back() = 0;
    insert_step(program, i, {RedistributionKind::reshape, before});
    insert_step(program, i + 2, {RedistributionKind::reshape, shapes[i]});
    // The gather now stands one later and is along dimension 0: it is passed over.
  }
}

/// Slice then Reshape, after sizes of 1: Reshape then Slice along dimension 0.
inline void slice_along_first(RedistributionProgram& program, const List<Index>& input) {
  for (std::size_t i = program.size(); i-- > 0;) {
    if (i + 1 >= program.size() || program[i].kind != RedistributionKind::slice ||
        program[i + 1].kind != RedistributionKind::reshape)
      continue;
    const auto shapes = shapes_after(program, input);
    const Index dimension = program[i].arguments[0];
    if (!only_ones_before(i ? shapes[i - 1] : input, dimension)) continue;
    program[i].arguments[0] = 0;
    program[i + 1].arguments[0] *= program[i].arguments[1];
    std::swap(program[i], program[i + 1]);
  }
}

/// Gathers along one dimension whose ranks continue each other.
inline void merge_gathers(RedistributionProgram& program) {
  for (std::size_t i = 0; i < program.size(); ++i) {
    while (i + 1 < program.size() && program[i].kind == RedistributionKind::all_concat &&
           program[i + 1].kind == RedistributionKind::all_concat) {
      const List<Index>&a = program[i].arguments, &b = program[i + 1].arguments;
      const Index step = a[1] - a[0], wide = b[1] - b[0];
      if (a.back() != b.back() || step * Index(a.size() - 1) != wide) break;
      Index common = b[0];
      for (std::size_t k = 0; k + 1 < b.size(); ++k)
        for (std::size_t j = 0; j + 1 < a.size(); ++j)
          if (a[j] == b[k]) common = a[j];
      List<Index> merged;
      const Index start = b[0] - (common - a[0]);
      for (Index r = start; r < start + wide * Index(b.size() - 1); r += step) merged.push_back(r);
      merged.push_back(a.back());
      program[i].arguments = merged;
      erase_steps(program, i + 1, i + 2);
    }
  }
}

/// Slices along one dimension; the reshapes between them go.
inline void merge_slices(RedistributionProgram& program) {
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (program[i].kind != RedistributionKind::slice) continue;
    for (std::size_t next = i + 1; next < program.size();) {
      if (program[next].kind == RedistributionKind::reshape) {
        ++next;
        continue;
      }
      const List<Index> a = program[i].arguments, b = program[next].arguments;
      if (program[next].kind != RedistributionKind::slice || a[0] != b[0]) break;
      erase_steps(program, i, next);
      program[i].arguments = {a[0], a[1] * b[1], a[2] * b[1] + b[2]};
      next = i + 1;
    }
  }
}

}  // namespace detail

/// The shorter list; lists of one operator and those with an AlltoAll are left as they are.
/// `input`: the shape of the slice that it begins with.
inline RedistributionProgram optimised(RedistributionProgram program, const List<Index>& input) {
  if (program.size() < 2) return program;
  for (const RedistributionOperator& step : program)
    if (step.kind == RedistributionKind::all_to_all) return program;
  detail::to_slices(program, input);
  detail::merge_reshapes(program, input);
  // Reshapes keep their places among their neighbours, so this is not an order of all: as MindSpore
  // sorts.
  std::stable_sort(program.begin(), program.end(), [](const auto& a, const auto& b) {
    if (a.kind == RedistributionKind::reshape || b.kind == RedistributionKind::reshape)
      return false;
    if (a.kind != b.kind) return a.kind == RedistributionKind::all_concat;
    if (a.kind == RedistributionKind::all_concat) return a.arguments.back() > b.arguments.back();
    return a.arguments[0] < b.arguments[0];
  });
  detail::gather_along_first(program, input);
  detail::slice_along_first(program, input);
  detail::merge_reshapes(program, input);
  detail::merge_gathers(program);
  detail::merge_slices(program);
  detail::to_strided_slices(program, input);
  return program;
}

}  // namespace tenon
