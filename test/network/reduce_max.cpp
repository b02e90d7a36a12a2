// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/reduce_max.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("ReduceMax: y = the largest x along its axes, which vanish or stay with size one") {
  Random random(45);
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
      for (int d = 0; d < shape.size(); ++d) {
        if (!contains(along, Index(d))) short_one.push_back(shape[d]);
        kept.push_back(contains(along, Index(d)) ? 1 : shape[d]);
      }
      Tensor expected = tensor(kept, [](const Dims&) { return -HUGE_VAL; });
      for_each_place(shape, [&, &line = along](Dims at) {
        const double value = x[at];
        for (Index d : line) at[int(d)] = 0;
        expected[at] = std::max(expected[at], value);
      });
      if (!keep) expected.shape = short_one;
      check_law(ReduceMax(axes, keep), {x}, expected);
      check_equation(ReduceMax(axes, keep), {x});
    }
}

TEST_CASE("ReduceMax: NaN where one is; of nothing -infinity") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor x({3, 3}), y({3});
  x.values = {nan, 1, 2, 1, 2, nan, -HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
  y.values = {nan, nan, -HUGE_VAL};
  CHECK(distance(law(ReduceMax({1}), {x}), y) == 0);
  CHECK(law(ReduceMax({0}), {Tensor({0, 2})}).values == std::vector<double>{-HUGE_VAL, -HUGE_VAL});
}

TEST_CASE("ReduceMax: its axes stay whole") {
  CHECK(equation_of(ReduceMax({2, 3}, true), {Tensor({4, 5, 6, 7})}) == "abCD->ab11");
  CHECK(equation_of(ReduceMax({1}), {Tensor({4, 5})}) == "aB->a");
  CHECK(says(finding_of(ReduceMax({3}), {Tensor({4, 5})}), Mistake::no_such_axis, 0, 0, 3, 2));
  CHECK(says(finding_of(ReduceMax(), {of(Element::int32, {4})}), Mistake::other_element, 0));
}
