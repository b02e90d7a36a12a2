// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/strided_slice.hpp>

#include "../support/error_of.hpp"
#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

/// Which indices numpy's begin:end:stride names of so many, one after the other.
static std::vector<Index> named(Index begin, Index end, Index stride, Index size) {
  std::vector<Index> list;
  if (begin < 0) begin += size;
  if (end < 0) end += size;
  if (begin < 0 && stride > 0) begin = 0;
  if (begin >= size && stride < 0) begin = size - 1;
  if (begin < 0 || begin >= size) return list;
  for (Index i = begin; i >= 0 && i < size && (stride > 0 ? i < end : i > end); i += stride)
    list.push_back(i);
  return list;
}

TEST_CASE("StridedSlice: what numpy's begin:end:stride takes") {
  Random random(32);
  for (int times = 0; times < 400; ++times) {
    const Dims shape = random.shape(int(random.between(1, 4)), 6);
    Dims begin, end, stride;
    for (Index n = random.between(0, shape.size()); n > 0; --n) {
      begin.push_back(random.between(-8, 8));
      end.push_back(random.between(-8, 8));
      stride.push_back(random.between(0, 2) ? random.between(1, 3) : random.between(-3, -1));
    }
    std::vector<std::vector<Index>> lists;
    Dims result;
    for (int d = 0; d < shape.size(); ++d) {
      const Index size = shape[d];
      lists.push_back(d < begin.size() ? named(begin[d], end[d], stride[d], size)
                                       : named(0, size, 1, size));
      result.push_back(Index(lists.back().size()));
    }
    const Tensor x = random.numbers(shape);
    const Tensor expected = tensor(result, [&](Dims at) {
      for (int d = 0; d < at.size(); ++d) at[d] = lists[std::size_t(d)][std::size_t(at[d])];
      return x[at];
    });
    const StridedSlice slice(begin, end, stride);
    CHECK(shape_of(slice, {x}) == result);
    check_law(slice, {x}, expected);
    check_equation(slice, {x});
  }
}

TEST_CASE("StridedSlice: the largest numbers there are") {
  constexpr Index most = std::numeric_limits<Index>::max(), least = -most - 1;
  const Tensor x({5});
  CHECK(shape_of(StridedSlice({0}, {most}), {x}) == Dims{5});
  CHECK(shape_of(StridedSlice({least}, {most}, {most}), {x}) == Dims{1});
  CHECK(shape_of(StridedSlice({most}, {least}, {-1}), {x}) == Dims{5});
  CHECK(shape_of(StridedSlice({most}, {least}, {least}), {x}) == Dims{1});
  CHECK(law(StridedSlice({most}, {least}, {least}), {x}).values.size() == 1);
}

TEST_CASE("StridedSlice: a dimension that is taken whole may be cut") {
  const Tensor x({4, 5, 6});
  CHECK(equation_of(StridedSlice({0, 1}, {4, -1}), {x}) == "aBc->aBc");
  CHECK(equation_of(StridedSlice({-4}, {100}), {x}) == "abc->abc");
  CHECK(equation_of(StridedSlice({-1}, {-100}, {-1}), {x}) == "Abc->Abc");
  CHECK(equation_of(StridedSlice({0, 0, 0}, {4, 5, 6}, {1, 2, 1}), {x}) == "aBc->aBc");
}

TEST_CASE("StridedSlice: what is no slice") {
  const Tensor x({4, 5});
  CHECK(says(finding_of(StridedSlice({0, 0}, {1, 1}, {1, 0}), {x}), Mistake::number_too_small, 0,
             'b', 0, 1));
  CHECK(says(finding_of(StridedSlice({0, 0, 0}, {1, 1, 1}), {x}), Mistake::other_rank, 0, 0, 2, 3));
  CHECK(says(finding_of(StridedSlice({0}, {1}), {of(Element::int32, {3})}), Mistake::other_element,
             0));
  CHECK(error_of([] {
          (void)StridedSlice({0, 0}, {1});
        }) == "tenon: a slice has not as many ends and strides as it has begins");
}
