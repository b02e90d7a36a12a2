// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/pad.hpp>

#include "../support/error_of.hpp"
#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Pad: y[i, j, ...] = x[i - before_0, j - before_1, ...], or a number") {
  Random random(44);
  for (int times = 0; times < 200; ++times) {
    const Dims shape = random.shape(int(random.between(0, 4)), 5);
    Dims before, after, result;
    for (Index size : shape) {
      const bool grows = random.between(0, 2) > 0;
      before.push_back(grows ? random.between(0, 2) : 0);
      after.push_back(grows ? random.between(0, 2) : 0);
      result.push_back(before.back() + size + after.back());
    }
    const double number = times % 3 ? random.number() : -HUGE_VAL;
    const Tensor x = random.numbers(shape);
    const Pad pad(before, after, number);
    CHECK(shape_of(pad, {x}) == result);
    check_law(pad, {x}, tensor(result, [&](Dims at) {
                for (int d = 0; d < at.size(); ++d) {
                  at[d] -= before[d];
                  if (at[d] < 0 || at[d] >= shape[d]) return number;
                }
                return x[at];
              }));
    check_equation(pad, {x});
  }
  CHECK(law(Pad({1}, {2}, 5), {Tensor({0})}).values == std::vector<double>{5, 5, 5});
}

TEST_CASE("Pad: a dimension that grows stays whole") {
  const Tensor x({2, 3, 8, 8});
  CHECK(equation_of(Pad({0, 0, 1, 0}, {0, 0, 0, 1}), {x}) == "abCD->abCD");
  CHECK(says(finding_of(Pad({0, 0}, {1, 1}), {x}), Mistake::other_rank, 0, 0, 4, 2));
  CHECK(says(finding_of(Pad({0, -1}, {0, 0}), {Tensor({2, 3})}), Mistake::number_too_small, 0, 'b',
             -1, 0));
  CHECK(says(finding_of(Pad({0}, {1}), {of(Element::int32, {3})}), Mistake::other_element, 0));
  CHECK(error_of([] {
          (void)Pad({0, 0}, {1});
        }) == "tenon: a pad has not as many numbers before dimensions as after them");
}
