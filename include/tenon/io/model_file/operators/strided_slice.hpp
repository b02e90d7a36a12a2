// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's StridedSlice, whose masks are bits, one a dimension:
///   begin 0 0, end 4 10, strides 1 1, begin_mask 1, end_mask 1, shrink_axis_mask 0
#include <tenon/io/model_file/operators/picking.hpp>

namespace tenon::detail {

inline void record_strided_slice(const SourceNode& at) {
  const Value x = at.operand(0);
  const Dims begin = at.dims("begin", 1), end = at.dims("end", 2), strides = at.dims("strides", 3);
  const auto mask = [&](std::string_view name, int position) {
    return at.integer(name, position, 0);
  };
  if (mask("ellipsis_mask", 6) != 0 || mask("new_axis_mask", 7) != 0)
    at.fail("of an ellipsis_mask or new_axis_mask; legal: 0");
  const int named = begin.size();
  if (named > x.shape().size() || end.size() != named || strides.size() != named)
    at.fail(sentence("it has ", named, " begins, ", end.size(), " ends and ", strides.size(),
                     " strides; legal: as many of each, at most ", x.shape().size()));
  const auto has_bit = [](Index bits, int d) { return (bits >> d & 1) != 0; };
  const auto grown = at.grown(0);
  Dims from = begin, to = end, by = strides, shape;
  constexpr Index far = std::numeric_limits<Index>::max();
  for (int d = 0; d < named; ++d) {
    const bool backwards = strides[d] < 0, shrinks = has_bit(mask("shrink_axis_mask", 8), d);
    if (has_bit(mask("begin_mask", 4), d) && !shrinks) from[d] = backwards ? far : 0;
    if (has_bit(mask("end_mask", 5), d) && !shrinks) to[d] = backwards ? -far : far;
    if (shrinks) by[d] = 1, to[d] = from[d] == -1 ? far : from[d] + 1;
    if (!grown || grown->dimension != d) continue;
    if (shrinks || !taken({{from[d], to[d], by[d]}, {}}, 0, grown->from).all(grown->from))
      at.fail("it takes a part of the batch, which is another than the file's");
    to[d] = far;
  }
  const bool drops = mask("shrink_axis_mask", 8) != 0;
  const Value y = at.record(StridedSlice(from, to, by), {x}, drops ? "slice" : "");
  for (int d = 0; d < y.shape().size(); ++d)
    if (d >= named || !has_bit(mask("shrink_axis_mask", 8), d)) shape.push_back(y.shape()[d]);
  at.result(at.reshaped(y, shape));
}

inline constexpr SourceOperator picking_operators[] = {
    {"Gather", "Gather", &record_gather},
    {"Concat", "Concat", &record_concat},
    {"", "Stack", &record_stack},
    {"Split", "Split", &record_split},
    {"Slice", "", &record_slice},
    {"", "StridedSlice", &record_strided_slice},
};

}  // namespace tenon::detail
