// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/one_hot.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("OneHot: y[.., c, ..] = on_value where indices[..] == c, else off_value") {
  Random random(12);
  for (const Dims& shape : {Dims{}, Dims{5}, Dims{2, 3}, Dims{0, 2}, Dims{2, 1, 3}})
    for (int axis = -shape.size() - 1; axis <= shape.size(); ++axis)
      for (const Element element : {Element::int32, Element::int64})
        for (const Index depth : {1, 4}) {
          const int at_axis = axis < 0 ? axis + shape.size() + 1 : axis;
          const Tensor indices = random.indices(shape, -1, depth, element);  // some outside
          Dims result = shape;
          result.insert(at_axis, depth);
          const Tensor expected = tensor(result, [&](Dims at) {
            const Index c = at[at_axis];
            at.erase(at_axis);
            return indices[at] == double(c) ? 3.0 : -0.5;
          });
          check_law(OneHot(depth, axis, 3, -0.5), {indices}, expected);
          check_equation(OneHot(depth, axis, 3, -0.5), {indices});
        }
}

TEST_CASE("OneHot: the new dimension has a letter of its own, and the strategy is the output's") {
  const Tensor indices = of(Element::int32, {6, 4});
  CHECK(equation_of(OneHot(10), {indices}) == "ab->abz");
  CHECK(equation_of(OneHot(10, 0), {indices}) == "ab->zab");
  OneHot classes(10);
  classes.shard({{3, 1, 2}});
  const Operands o = operands(classes, {indices});
  const Placement p = place(OneHot::info.equation(o), o.shapes, {6, 4, 10}, o.splits, 6);
  REQUIRE(!p.finding);
  for (Index rank = 0; rank < 6; ++rank) {
    CHECK(p.inputs[0].box(rank) == Box{{rank / 2 * 2, rank / 2 * 2 + 2}, {0, 4}});
    CHECK(p.output.box(rank)[2] == Interval{rank % 2 * 5, rank % 2 * 5 + 5});
  }
}

TEST_CASE("OneHot: of integers, along an axis that is there") {
  const Tensor indices = of(Element::int32, {6, 4});
  CHECK(says(finding_of(OneHot(10, 3), {indices}), Mistake::no_such_axis, 0, 0, 3, 3));
  CHECK(says(finding_of(OneHot(10, -4), {indices}), Mistake::no_such_axis, 0, 0, -4, 3));
  CHECK(says(finding_of(OneHot(10), {Tensor({6})}), Mistake::other_element, 0));
}
