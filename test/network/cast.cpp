// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/cast.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Cast: y = x as floats, of integers") {
  Random random(41);
  for (const Element element : {Element::int32, Element::int64})
    for (const Dims& shape : {Dims{}, Dims{17}, Dims{3, 5}, Dims{2, 0, 4}, Dims{2, 3, 4}}) {
      const Tensor x = random.indices(shape, -100000, 100000, element);
      Tensor y = x;
      y.element = Element::float32;
      check_law(Cast{}, {x}, y);
      check_equation(Cast{}, {x});
    }
  CHECK(equation_of(Cast{}, {of(Element::int64, {4, 5})}) == "ab->ab");
  CHECK(says(finding_of(Cast{}, {Tensor({3})}), Mistake::other_element, 0));
}
