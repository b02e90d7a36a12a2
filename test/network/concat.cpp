// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/concat.hpp>
#include <tenon/network/graph.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Concat: two to four tensors one behind the other along an axis") {
  Random random(31);
  for (int times = 0; times < 100; ++times) {
    const int rank = int(random.between(1, 4)), axis = int(random.between(0, rank - 1));
    const Dims like = random.shape(rank, 4);
    std::vector<Tensor> inputs;
    Dims result = like;
    result[axis] = 0;
    for (Index count = random.between(2, 4); count > 0; --count) {
      Dims shape = like;
      shape[axis] = random.between(0, 4);
      result[axis] += shape[axis];
      inputs.push_back(random.numbers(shape));
    }
    const Tensor expected = tensor(result, [&](Dims at) {
      std::size_t i = 0;
      for (; at[axis] >= inputs[i].shape[axis]; ++i) at[axis] -= inputs[i].shape[axis];
      return inputs[i][at];
    });
    const Concat concat(random.between(0, 1) ? axis : axis - rank);
    check_law(concat, inputs, expected);
    check_equation(concat, inputs);
  }
}

TEST_CASE("Concat: the axis stays whole, all else may be cut") {
  const Tensor x({4, 5, 6}), y({4, 2, 6});
  CHECK(equation_of(Concat(1), {x, y}) == "aBc,aBc->aBc");
  CHECK(equation_of(Concat(-1), {x, x, x, x}) == "abC,abC,abC,abC->abC");
  CHECK(says(finding_of(Concat(0), {x, y}), Mistake::sizes_differ, 1, 'b', 5, 2));
  CHECK(says(finding_of(Concat(3), {x, y}), Mistake::no_such_axis, 0, 0, 3, 3));
  CHECK(says(finding_of(Concat(1), {x, x, Tensor({4, 5})}), Mistake::other_rank, 2, 0, 2, 3));
  CHECK(
      says(finding_of(Concat(1), {x, of(Element::float64, {4, 5, 6})}), Mistake::other_element, 1));
}

TEST_CASE("Concat: one tensor is too few") {
  const auto finding = [](auto network) {
    const Signature x{{4, 5}};
    return trace(network, {x}).finding;
  };
  struct One {
    constexpr Value construct(Value x) const { return Concat(1)(x); }
  };
  struct Three {
    constexpr Value construct(Value x) const { return Concat(1)(x, x, x); }
  };
  CHECK(says(finding(One{}), Mistake::other_operands, -1, 0, 1, 4));
  CHECK(!finding(Three{}));
}
