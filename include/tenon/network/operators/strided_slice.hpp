// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[i, j, ...] = x[begin_0 + i stride_0, begin_1 + j stride_1, ...] up to end, as numpy's
/// x[begin:end:stride]: negative numbers count from the end, what lies outside is left out, and the
/// dimensions that are not named are taken whole.
///   StridedSlice({0, 1}, {32, -1})(x) of [32, 10, 7] is [32, 8, 7]
///   StridedSlice({-1}, {-100}, {-1})(x): the rows from the last to the first
/// Communicates: nothing; a dimension of which not all is taken, in its order, stays whole.
/// MindSpore: StridedSliceInfo.
#include <limits>

#include <tenon/network/axes.hpp>

namespace tenon {

namespace detail {

/// What is taken of one dimension.
struct Taken {
  Index first = 0, count = 0, stride = 1;
  constexpr bool all(Index size) const { return first == 0 && stride == 1 && count == size; }
};

/// The attributes are begins, ends and strides, as many of each.
constexpr Taken taken(const Attributes& attributes, int dimension, Index size) {
  const auto& n = attributes.integers;
  const int named = n.size() / 3;
  if (dimension >= named) return {0, size, 1};
  Index stride = n[2 * named + dimension];
  const Index low = stride < 0 ? -1 : 0, high = stride < 0 ? size - 1 : size;
  const auto clamped = [&](Index at) {
    if (at < 0) at += size;
    return at < low ? low : at > high ? high : at;
  };
  const Index first = clamped(n[dimension]), last = clamped(n[named + dimension]);
  const Index far = stride < 0 ? first - last : last - first;
  if (stride == std::numeric_limits<Index>::min()) ++stride;  // which has no opposite
  return {first, far <= 0 ? 0 : (far - 1) / (stride < 0 ? -stride : stride) + 1, stride};
}

constexpr Result infer_strided_slice(const Operands& o) {
  const Dims& x = o.shapes[0];
  const auto& n = o.attributes.integers;
  const int named = n.size() / 3;
  Result r{floating_operands(o), {}, o.elements[0]};
  if (!r.finding && named > x.size()) r.finding = {Mistake::other_rank, {}, 0, 0, x.size(), named};
  for (int d = 0; d < named && !r.finding; ++d)
    if (n[2 * named + d] == 0) r.finding = {Mistake::number_too_small, {}, 0, char('a' + d), 0, 1};
  for (int d = 0; d < x.size() && !r.finding; ++d)
    r.shape.push_back(taken(o.attributes, d, x[d]).count);
  return r;
}

/// "aBc->aBc" where a part is taken of the middle.
constexpr Equation strided_slice_equation(const Operands& o) {
  Term term = letters('a', o.shapes[0].size());
  for (int d = 0; d < term.size(); ++d)
    if (!taken(o.attributes, d, o.shapes[0][d]).all(o.shapes[0][d]))
      term[d].letter = capital(term[d].letter);
  return ordered({{term}, {term}, {}});
}

template <class T>
void strided_slice_law(const KernelCall& call) {
  const Block &x = call.inputs[0], &y = call.output;
  Region from{0, sizes(y.box), strides(sizes(x.box))};
  for (int d = 0; d < y.box.size(); ++d) {
    const Taken part = taken(call.attributes, d, x.whole_size(d));
    if (part.all(x.whole_size(d))) continue;  // of which this may be a block
    from.first += part.first * from.strides[d];
    from.strides[d] *= part.count > 1 ? part.stride : 1;
  }
  const T* in = x.as<const T>();
  T* to = y.as<T>();
  for_each_run(from, region(y.box), [&](Index first, Index out, Index run) {
    for (Index i = 0; i < run; ++i) to[out + i] = in[first + i];
  });
}

}  // namespace detail

struct StridedSlice : Operation<StridedSlice> {
  Dims begins, ends, steps;
  /// @param strides none: one element after the other
  constexpr explicit StridedSlice(const Dims& begin, const Dims& end, const Dims& strides = {})
      : begins(begin), ends(end), steps(strides) {
    while (strides.empty() && steps.size() < begins.size()) steps.push_back(1);
    if (ends.size() != begins.size() || steps.size() != begins.size())
      throw Error("a slice has not as many ends and strides as it has begins");
  }

  static constexpr Operator info{
      .name = "StridedSlice",
      .infer = &detail::infer_strided_slice,
      .equation = &detail::strided_slice_equation,
      .law = {&detail::strided_slice_law<float>, &detail::strided_slice_law<double>},
      .integers = "begins_ends_strides..."};
  constexpr Attributes attributes() const {
    Attributes a;
    for (const Dims& numbers : {begins, ends, steps}) a.integers.append(numbers);
    return a;
  }
};

}  // namespace tenon
