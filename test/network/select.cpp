// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/select.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Select: y = a where the condition is not zero, else b") {
  Random random(43);
  for (int times = 0; times < 150; ++times) {
    const Dims shape = random.shape(int(random.between(0, 4)), 4);
    const auto operand = [&](bool condition) {
      Dims dims;
      for (int d = int(random.between(0, shape.size())); d < shape.size(); ++d)
        dims.push_back(random.between(0, 3) ? shape[d] : 1);
      Tensor t = random.numbers(dims);
      for (double& x : t.values)
        if (condition && random.between(0, 1)) x = 0;
      return t;
    };
    const Tensor c = operand(true), a = operand(false), b = random.numbers(shape);
    check_law(Select{}, {c, a, b}, tensor(shape, [&](const Dims& at) {
                return c.aligned(at) != 0 ? a.aligned(at) : b[at];
              }));
    check_equation(Select{}, {c, a, b});
  }
}

TEST_CASE("Select: what is not chosen does not matter, be it NaN or infinite") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor c({4}), a({4}), b({4}), y({4});
  c.values = {1, 0, 1, 0};
  a.values = {1, nan, nan, -HUGE_VAL};
  b.values = {nan, 2, -HUGE_VAL, HUGE_VAL};
  y.values = {1, 2, nan, HUGE_VAL};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(distance(law(Select{}, {c, a, b}, element), y) == 0);
}

TEST_CASE("Select: three operands are broadcast to each other") {
  CHECK(equation_of(Select{}, {Tensor({5, 5}), Tensor({2, 3, 5, 5}), Tensor(Dims{})}) ==
        "cd,abcd,->abcd");
  CHECK(equation_of(Select{}, {Tensor({4, 1}), Tensor({1, 5}), Tensor({1})}) == "ab',a'b,b'->ab");
  CHECK(says(finding_of(Select{}, {Tensor({4}), Tensor({4}), Tensor({5})}), Mistake::sizes_differ,
             -1, 'a', 4, 5));
  CHECK(says(finding_of(Select{}, {Tensor({4}), Tensor({4}), of(Element::float64, {4})}),
             Mistake::other_element, 2));
}
