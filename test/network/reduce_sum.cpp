// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/reduce_sum.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("ReduceSum: y = sum of x along its axes, which vanish or stay with size one") {
  Random random(7);
  struct Case {
    Dims shape, axes, summed;  // `summed` names the axes from the front
  };
  for (const auto& [shape, axes, summed] :
       {Case{{7}, {0}, {0}}, Case{{3, 5}, {-1}, {1}}, Case{{3, 5}, {0}, {0}},
        Case{{2, 3, 4}, {1}, {1}}, Case{{2, 3, 4}, {2, 0}, {0, 2}},
        Case{{2, 3, 4}, {-3, -2}, {0, 1}}, Case{{2, 3, 4}, {}, {0, 1, 2}},
        Case{{2, 1, 4}, {1}, {1}}, Case{{0, 3}, {0}, {0}}, Case{{3, 0}, {1}, {1}},
        Case{{3, 0}, {0}, {0}}, Case{{}, {}, {}}})
    for (const bool keep : {false, true}) {
      const Tensor x = random.numbers(shape);
      Dims kept, short_one;
      for (int d = 0; d < shape.size(); ++d) {
        kept.push_back(contains(summed, d) ? 1 : shape[d]);
        if (!contains(summed, d)) short_one.push_back(shape[d]);
      }
      Tensor expected(kept);
      for_each_place(shape, [&, &along = summed](Dims at) {
        const double value = x[at];
        for (Index d : along) at[int(d)] = 0;
        expected[at] += value;
      });
      if (!keep) expected.shape = short_one;
      check_law(ReduceSum(axes, keep), {x}, expected);
      check_equation(ReduceSum(axes, keep), {x});
    }
}

TEST_CASE("ReduceSum: what is summed is lacking in the output's letters") {
  CHECK(equation_of(ReduceSum({-1}), {Tensor({4, 5, 6})}) == "abc->ab");
  CHECK(equation_of(ReduceSum({1}, true), {Tensor({4, 5, 6})}) == "abc->a1c");
  CHECK(equation_of(ReduceSum(), {Tensor({4, 5})}) == "ab->");
}

TEST_CASE("ReduceSum: axes that are not there, or twice") {
  CHECK(says(finding_of(ReduceSum({3}), {Tensor({4, 5})}), Mistake::no_such_axis, 0, 0, 3, 2));
  CHECK(says(finding_of(ReduceSum({0, -2}), {Tensor({4, 5})}), Mistake::no_such_axis, 0, 0, -2, 2));
  CHECK(says(finding_of(ReduceSum(), {of(Element::int32, {4})}), Mistake::other_element, 0));
}
