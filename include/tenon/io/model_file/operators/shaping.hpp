// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators that give the same elements another shape, or another order, or ask for a shape.
#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// What a reshape makes of a tensor when the batch is another one than the file's. Of x one
/// dimension grew, behind so many elements; in the file's y the one behind as many grows, too.
/// So [1, 784] to [1, 28, 28] is of 32 rows [32, 784] to [32, 28, 28]; [2, 5, 8] to [10, 8] is of 3
/// rows [3, 5, 8] to [15, 8].
inline Dims with_other_batch(const SourceNode& at, const Dims& before, Dims y, const Grown& grown) {
  Index elements = 1, behind = 1;
  for (int d = 0; d < grown.dimension; ++d) elements *= before[d];
  for (Index& size : y) {
    Index more = 0;
    if (behind == elements && !__builtin_mul_overflow(size, grown.to, &more) &&
        more % grown.from == 0) {
      size = more / grown.from;
      return y;
    }
    behind *= size;
  }
  at.fail(sentence("it makes ", text(y), " of ", text(before), " in the file, where the batch is ",
                   "no dimension of its own any more; legal: the file's batch, or an export with ",
                   "an open one"));
}

/// x under the shape that the node gives it in the file, or would for this batch.
inline void record_shape(const SourceNode& at, const Dims& to) {
  const Value x = at.operand(0);
  const auto grown = at.grown(0);
  Dims shape = to;
  if (grown) {
    const auto& original = *at.state.original;
    shape = with_other_batch(at, original[std::size_t(at.input(0))],
                             original[std::size_t(at.node.outputs[0])], *grown);
  }
  at.result(at.record(Reshape(shape), {x}));
}

/// ONNX: 0 is the operand's own size; -1 is what is left.
inline void record_reshape(const SourceNode& at) {
  const Dims& x = at.shape(0);
  Dims to = at.dims("shape", 1);
  const bool copies = at.is_onnx() && at.integer("allowzero", -1, 0) == 0;
  for (int d = 0; d < to.size(); ++d)
    if (copies && to[d] == 0) {
      if (d >= x.size()) at.fail(sentence("it copies dimension ", d, " of ", text(x)));
      to[d] = x[d];
    }
  record_shape(at, to);
}

/// Rows of all dimensions before the axis, and columns of the others.
inline void record_flatten(const SourceNode& at) {
  const Dims& x = at.shape(0);
  const Index axis = from_front(at.integer("axis", -1, 1), x.size());
  if (axis < 0 || axis > x.size()) at.fail(sentence("of axis ", axis, ", of ", text(x)));
  if (axis == 1 && x.size() > 1) return at.result(at.record(Flatten(), {at.operand(0)}));
  Dims left, right;
  for (int d = 0; d < x.size(); ++d) (d < axis ? left : right).push_back(x[d]);
  record_shape(at, {product(left), product(right)});
}

/// The axes that are named; of none: those of size one in the file's own batch.
inline void record_squeeze(const SourceNode& at) {
  const Dims& x = at.shape(0);
  const Dims axes = at.dims(at.is_onnx() ? "axes" : "axis", 1);
  const bool by_file = at.state.original && !at.is_folding();
  const Dims& file = by_file ? (*at.state.original)[std::size_t(at.input(0))] : x;
  Dims y;
  if (const Finding wrong = examine_axes(axes, x.size())) at.fail(text(wrong, {}));
  for (int d = 0; d < x.size(); ++d) {
    const bool goes = axes.empty() ? file[d] == 1 : is_among(d, axes, x.size());
    if (goes && x[d] != 1)
      at.fail(sentence("dimension ", d, " of ", text(x), " is to vanish; legal: one of size 1"));
    if (!goes) y.push_back(x[d]);
  }
  at.result(at.reshaped(at.operand(0), y));
}

/// New dimensions of size one, at places of the result.
inline void record_unsqueeze(const SourceNode& at) {
  const Dims& x = at.shape(0);
  const Dims axes = at.dims(at.is_onnx() ? "axes" : "axis", 1);
  const int rank = x.size() + axes.size();
  if (const Finding wrong = examine_axes(axes, rank)) at.fail(text(wrong, {}));
  Dims y;
  for (int d = 0, next = 0; d < rank; ++d) y.push_back(is_among(d, axes, rank) ? 1 : x[next++]);
  at.result(at.reshaped(at.operand(0), y));
}

/// Without an order ONNX turns the dimensions round.
inline void record_transpose(const SourceNode& at) {
  Dims order = at.dims("perm", 1);
  const int named = order.size();
  for (int d = at.shape(0).size(); named == 0 && d > 0; --d) order.push_back(d - 1);
  at.result(at.record(Transpose(order), {at.operand(0)}));
}

/// The operand's shape, or a part of it, which is known.
inline void record_shape_of(const SourceNode& at) {
  const Dims& x = at.shape(0);
  const auto place = [&](std::string_view name, Index otherwise) {
    const Index i = from_front(at.integer(name, -1, otherwise), x.size());
    return i < 0 ? Index(0) : i > x.size() ? Index(x.size()) : i;
  };
  Known sizes{Element::int64, {}, {}, !at.is_folding()};
  for (Index d = place("start", 0); d < place("end", x.size()); ++d)
    sizes.values.push_back(double(x[int(d)]));
  sizes.shape = {Index(sizes.values.size())};
  at.result(std::move(sizes));
}

inline void record_constant_of_shape(const SourceNode& at) {
  const Known* filling = at.known(1);
  if (filling && filling->values.size() != 1) at.fail("it fills with no single number");
  Known made{filling ? filling->element : Element::float32, at.dims("shape", 0), {}, false};
  const auto size = size_in_bytes(made.shape, Element::float64);
  if (!size || *size > most_known * Index(sizeof(double)))
    at.fail(sentence("of the shape ", text(made.shape), "; legal: 65536 elements"));
  made.values.assign(std::size_t(product(made.shape)), filling ? filling->values[0] : 0);
  at.result(std::move(made));
}

inline constexpr SourceOperator shaping_operators[] = {
    {"Reshape", "Reshape", &record_reshape},
    {"Flatten", "Flatten", &record_flatten},
    {"Squeeze", "Squeeze", &record_squeeze},
    {"Unsqueeze", "ExpandDims", &record_unsqueeze},
    {"Transpose", "Transpose", &record_transpose},
    {"Shape", "Shape", &record_shape_of},
    {"ConstantOfShape", "", &record_constant_of_shape},
};

}  // namespace tenon::detail
