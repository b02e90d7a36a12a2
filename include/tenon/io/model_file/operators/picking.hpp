// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators that take parts of a tensor, or put tensors together.
#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// A part along one axis; another batch than the file's has no parts.
inline Value part_of(const SourceNode& at, int axis, Index first, Index last, Index step,
                     std::string_view part = {}) {
  const Value x = at.operand(0);
  const auto grown = at.grown(0);
  Dims begins, ends, steps;
  for (int d = 0; d <= axis; ++d) {
    begins.push_back(d == axis ? first : 0);
    ends.push_back(d == axis ? last : x.shape()[d]);
    steps.push_back(d == axis ? step : 1);
  }
  if (grown && grown->dimension == axis)
    at.fail("it takes a part of the batch, which is another than the file's");
  return at.record(StridedSlice(begins, ends, steps), {x}, part);
}

/// Axes count from either end. @throws Error
inline int axis_of(const SourceNode& at, Index axis, int rank) {
  const Index d = from_front(axis, rank);
  if (d < 0 || d >= rank) at.fail(sentence("of axis ", axis, ", of ", rank, " dimensions"));
  return int(d);
}

/// Rows of a table. One index that is known is a slice; others that are known count from the front.
inline void record_gather(const SourceNode& at) {
  const Dims& x = at.shape(0);
  const int axis = axis_of(at, at.integer("axis", 2, 0), x.size());
  if (!at.is_onnx() && at.integer("batch_dims", 3, 0) != 0)
    at.fail("of batch_dims; legal: 0");
  const Known* indices = at.known(1);
  if (!indices) return at.result(at.record(Gather(axis), {at.operand(0), at.operand(1)}));
  std::vector<double> from_start = indices->values;
  for (double& i : from_start) {
    if (i < 0) i += double(x[axis]);
    if (!(i >= 0 && i < double(x[axis])))
      at.fail(sentence("an index is outside the ", x[axis], " of dimension ", axis));
  }
  if (from_start.size() == 1 && !at.is_folding()) {
    const Index i = Index(from_start[0]);
    Dims shape = x;
    const Value row = part_of(at, axis, i, i + 1, 1, indices->shape.empty() ? "row" : "");
    shape.erase(axis);
    for (int d = 0; d < indices->shape.size(); ++d) shape.insert(axis + d, 1);
    return at.result(at.reshaped(row, shape));
  }
  if (const auto grown = at.grown(0); grown && grown->dimension == axis)
    at.fail("it takes a part of the batch, which is another than the file's");
  const Value list = at.state.parameter_of(
      sentence(at.node.name, ".indices of ", at.state.parameter_name(at.input(1))), Element::int64,
      indices->shape, from_start);
  at.result(at.record(Gather(axis), {at.operand(0), list}));
}

/// Any number of tensors, four at a time.
inline Value concatenated(const SourceNode& at, std::vector<Value> list, Index axis) {
  if (list.empty()) at.fail("of nothing");
  for (int piece = 1; list.size() > 4; ++piece) {
    const Value four = at.record(Concat(axis), {list[0], list[1], list[2], list[3]},
                                 sentence("piece", piece));
    list.erase(list.begin(), list.begin() + 3);
    list[0] = four;
  }
  Vector<Value, 4> operands;
  for (const Value& x : list) operands.push_back(x);
  return list.size() == 1 ? list[0] : at.record(Concat(axis), operands);
}

/// MindSpore's axis is the last input, or an attribute in older files.
inline void record_concat(const SourceNode& at) {
  const bool as_input = !at.is_onnx() && !at.state.file.attribute(at.node, "axis");
  const int count = at.inputs() - (as_input ? 1 : 0);
  const Index axis = at.integer("axis", as_input ? count : -1, 0);
  std::vector<Value> list;
  for (int i = 0; i < count; ++i) list.push_back(at.operand(i));
  at.result(concatenated(at, std::move(list), axis));
}

/// A new axis, along which they lie.
inline void record_stack(const SourceNode& at) {
  std::vector<Value> list;
  const int rank = at.shape(0).size() + 1;
  const int axis = axis_of(at, at.integer("axis", -1, 0), rank);
  for (int i = 0; i < at.inputs(); ++i) {
    Dims shape = at.shape(i);
    if (shape.size() + 1 != rank) at.fail("of tensors of different numbers of dimensions");
    shape.insert(axis, 1);
    list.push_back(at.reshaped(at.operand(i), shape, sentence("input", i)));
  }
  at.result(concatenated(at, std::move(list), axis));
}

/// Parts that the file gives the sizes of, or as many equal ones as there are outputs; the last of
/// which may be smaller.
inline void record_split(const SourceNode& at) {
  const int axis = axis_of(at, at.integer("axis", at.is_onnx() ? -1 : 1, 0), at.shape(0).size());
  const Index size = at.shape(0)[axis];
  const Index parts = at.is_onnx() ? at.integer("num_outputs", -1, Index(at.node.outputs.size()))
                                   : at.integer("output_num", 2, Index(at.node.outputs.size()));
  if (parts < 1) at.fail(sentence("into ", parts, " parts"));
  std::vector<Index> sizes(std::size_t(parts < 65536 ? parts : 65536),
                           size / parts + (size % parts != 0));
  if (at.is_onnx()) sizes = at.integers("split", 1).value_or(sizes);
  Index first = 0;
  for (std::size_t i = 0; i < at.node.outputs.size(); ++i) {
    const Index here = i < sizes.size() ? sizes[i] : 0;
    if (here < 0 || first > size) at.fail(sentence("of ", size, " into other sizes"));
    if (at.node.outputs[i] >= 0)
      at.result(part_of(at, axis, first, first + here, 1, sentence("part", i)), int(i));
    first += here;
  }
}

/// Along each of the axes, or the first ones, from a start up to an end.
inline void record_slice(const SourceNode& at) {
  const Value x = at.operand(0);
  const auto begins = at.integers("starts", 1), ends = at.integers("ends", 2);
  const auto axes = at.integers("axes", 3), steps = at.integers("steps", 4);
  if (!begins || !ends || begins->size() != ends->size() ||
      (axes && axes->size() != begins->size()) || (steps && steps->size() != begins->size()))
    at.fail("it has not as many ends, axes and steps as starts");
  Dims from = Dims::filled(x.shape().size(), 0), to = x.shape(),
       by = Dims::filled(x.shape().size(), 1);
  const auto grown = at.grown(0);
  for (std::size_t i = 0; i < begins->size(); ++i) {
    const int d = axis_of(at, axes ? (*axes)[i] : Index(i), x.shape().size());
    const Index step = steps ? (*steps)[i] : 1;
    if (grown && grown->dimension == d) {
      const Attributes all{{(*begins)[i], (*ends)[i], step}, {}};
      if (!taken(all, 0, grown->from).all(grown->from))
        at.fail("it takes a part of the batch, which is another than the file's");
      continue;
    }
    from[d] = (*begins)[i], to[d] = (*ends)[i], by[d] = step;
  }
  at.result(at.record(StridedSlice(from, to, by), {x}));
}

}  // namespace tenon::detail
