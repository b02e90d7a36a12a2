// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/broadcast_to.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("BroadcastTo: dimensions of size one are repeated, new ones are put before them") {
  Random random(42);
  for (int times = 0; times < 200; ++times) {
    const Dims to = random.shape(int(random.between(0, 4)), 4);
    Dims own;
    for (int d = int(random.between(0, to.size())); d < to.size(); ++d)
      own.push_back(random.between(0, 1) ? to[d] : 1);
    Dims said = to;
    for (int d = to.size() - own.size(); d < to.size(); ++d)
      if (own[d - to.size() + own.size()] == to[d] && random.between(0, 1)) said[d] = -1;
    const Tensor x = random.numbers(own);
    CHECK(shape_of(BroadcastTo(said), {x}) == to);
    check_law(BroadcastTo(said), {x}, tensor(to, [&](const Dims& at) { return x.aligned(at); }));
    check_equation(BroadcastTo(said), {x});
  }
  CHECK(law(BroadcastTo({0, 3}), {Tensor({1, 3})}).values.empty());
}

TEST_CASE("BroadcastTo: any dimension may be cut, and what does not fit is told") {
  CHECK(equation_of(BroadcastTo({4, 3, 5}), {Tensor({3, 1})}) == "bc'->abc");
  CHECK(equation_of(BroadcastTo({3, 1}), {Tensor({3, 1})}) == "ab->ab");
  CHECK(says(finding_of(BroadcastTo({4, 2}), {Tensor({3})}), Mistake::sizes_differ, -1, 'b', 3, 2));
  CHECK(says(finding_of(BroadcastTo({3}), {Tensor({3, 1})}), Mistake::other_rank, 0, 0, 2, 1));
  CHECK(says(finding_of(BroadcastTo({-1, 3}), {Tensor({3})}), Mistake::number_too_small, 0, 'a', -1,
             0));
  CHECK(says(finding_of(BroadcastTo({3}), {of(Element::int64, {3})}), Mistake::other_element, 0));
}
