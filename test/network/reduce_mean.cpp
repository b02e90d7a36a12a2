// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/reduce_mean.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("ReduceMean: y = mean of x along its axes, which vanish or stay with size one") {
  Random random(17);
  struct Case {
    Dims shape, axes, along;  // `along` names the axes from the front
  };
  for (const auto& [shape, axes, along] :
       {Case{{7}, {0}, {0}}, Case{{3, 5}, {-1}, {1}}, Case{{3, 5}, {0}, {0}},
        Case{{2, 3, 4}, {1}, {1}}, Case{{2, 3, 4}, {2, 0}, {0, 2}}, Case{{2, 3, 4}, {}, {0, 1, 2}},
        Case{{2, 3, 4, 5}, {2, 3}, {2, 3}}, Case{{0, 3}, {1}, {1}}, Case{{}, {}, {}}})
    for (const bool keep : {false, true}) {
      const Tensor x = random.numbers(shape);
      Dims kept, short_one;
      double count = 1;
      for (int d = 0; d < shape.size(); ++d) {
        const bool gone = contains(along, d);
        if (gone) count *= double(shape[d]);
        if (!gone) short_one.push_back(shape[d]);
        kept.push_back(gone ? 1 : shape[d]);
      }
      Tensor expected(kept);
      for_each_place(shape, [&, &line = along](Dims at) {
        const double value = x[at] / count;
        for (Index d : line) at[int(d)] = 0;
        expected[at] += value;
      });
      if (!keep) expected.shape = short_one;
      check_law(ReduceMean(axes, keep), {x}, expected);
      check_equation(ReduceMean(axes, keep), {x});  // also where ranks hold unequal parts, or none
    }
}

TEST_CASE("ReduceMean: the mean of nothing is NaN") {
  for (double y : law(ReduceMean({0}), {Tensor({0, 3})}).values) CHECK(std::isnan(y));
}

TEST_CASE("ReduceMean: the letters of its axes are lacking in the output") {
  CHECK(equation_of(ReduceMean({2, 3}, true), {Tensor({4, 5, 6, 7})}) == "abcd->ab11");
  CHECK(equation_of(ReduceMean({1}), {Tensor({4, 5})}) == "ab->a");
  CHECK(says(finding_of(ReduceMean({3}), {Tensor({4, 5})}), Mistake::no_such_axis, 0, 0, 3, 2));
  CHECK(says(finding_of(ReduceMean(), {of(Element::int32, {4})}), Mistake::other_element, 0));
}
