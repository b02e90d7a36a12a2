// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/gather.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Gather: y[.., i.., ..] = table[.., indices[i..], ..], zeros outside the table") {
  Random random(11);
  for (const Dims& shape : {Dims{5}, Dims{5, 3}, Dims{4, 5, 2}})
    for (int axis = -shape.size(); axis < shape.size(); ++axis)
      for (const Dims& asked : {Dims{}, Dims{4}, Dims{2, 3}, Dims{0}, Dims{3, 1}})
        for (const Element element : {Element::int32, Element::int64}) {
          const int along = axis < 0 ? axis + shape.size() : axis;
          const Tensor table = random.numbers(shape),
                       indices = random.indices(asked, -2, shape[along] + 1, element);
          Dims result;
          for (int d = 0; d < along; ++d) result.push_back(shape[d]);
          for (Index size : asked) result.push_back(size);
          for (int d = along + 1; d < shape.size(); ++d) result.push_back(shape[d]);
          const Tensor expected = tensor(result, [&](const Dims& at) {
            Dims place, there;
            for (int d = 0; d < asked.size(); ++d) place.push_back(at[along + d]);
            const Index index = Index(indices[place]);
            for (int d = 0; d < shape.size(); ++d)
              there.push_back(d < along ? at[d] : d == along ? index : at[d + asked.size() - 1]);
            return index < 0 || index >= shape[along] ? 0.0 : table[there];
          });
          check_law(Gather(axis), {table, indices}, expected);
          check_equation(Gather(axis), {table, indices});
        }
}

TEST_CASE("Gather: the letters of the indices take the axis' place") {
  const Tensor table({100, 6}), indices = of(Element::int32, {8, 7});
  CHECK(equation_of(Gather(0), {table, indices}) == "ab,cd->cdb");
  CHECK(equation_of(Gather(-1), {table, indices}) == "ab,cd->acd");
}

TEST_CASE("Gather: where the axis is cut and the indices are whole, the devices are the table's") {
  Gather lookup;
  lookup.shard({{4, 2}, {1, 1}});
  Operands o = operands(lookup, {Tensor({100, 6}), of(Element::int32, {8, 7})});
  o.devices = 16;
  const Placement p = place(Gather::info.equation(o), o.shapes, {8, 7, 6}, o.splits, 16);
  REQUIRE(!p.finding);
  CHECK(p.output.summands() == 4);
  CHECK(p.output.parts(2) == 2);
  for (Index rank = 0; rank < 8; ++rank) {  // repeats at the left: ranks 8 apart compute the same
    CHECK(p.inputs[0].box(rank) == p.inputs[0].box(rank + 8));
    CHECK(p.inputs[0].box(rank)[0] == Interval{rank / 2 * 25, rank / 2 * 25 + 25});
  }
}

TEST_CASE("Gather: a table of numbers, indices of integers, an axis that is there") {
  const Tensor table({5, 3}), indices = of(Element::int32, {4});
  CHECK(says(finding_of(Gather(2), {table, indices}), Mistake::no_such_axis, 0, 0, 2, 2));
  CHECK(says(finding_of(Gather(), {table, Tensor({4})}), Mistake::other_element, 1));
  CHECK(
      says(finding_of(Gather(), {of(Element::int64, {5, 3}), indices}), Mistake::other_element, 0));
}
