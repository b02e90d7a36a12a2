// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/transpose.hpp>

#include <algorithm>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Transpose: y[i_p0, i_p1, ...] = x[i_0, i_1, ...]") {
  Random random(8);
  for (const Dims& shape : {Dims{}, Dims{5}, Dims{3, 5}, Dims{2, 3, 4}, Dims{2, 1, 4},
                            Dims{0, 3, 2}, Dims{2, 3, 2, 3}}) {
    std::vector<Index> order;
    for (int d = 0; d < shape.size(); ++d) order.push_back(d);
    do {
      Dims permutation, result;
      for (Index p : order) {
        permutation.push_back(random.between(0, 1) ? p : p - shape.size());  // from either end
        result.push_back(shape[int(p)]);
      }
      const Tensor x = random.numbers(shape);
      Tensor expected(result);
      for_each_place(shape, [&](const Dims& at) {
        Dims there;
        for (Index p : order) there.push_back(at[int(p)]);
        expected[there] = x[at];
      });
      check_law(Transpose(permutation), {x}, expected);
      check_equation(Transpose(permutation), {x});
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST_CASE("Transpose: a letter moves with its dimension") {
  CHECK(equation_of(Transpose({2, 0, 1}), {Tensor({4, 5, 6})}) == "abc->cab");
  CHECK(equation_of(Transpose({-1, 0}), {Tensor({4, 5})}) == "ab->ba");
}

TEST_CASE("Transpose: an order that is not one of all dimensions") {
  CHECK(says(finding_of(Transpose({0}), {Tensor({4, 5})}), Mistake::no_such_axis, 0, 0, 1, 2));
  CHECK(says(finding_of(Transpose({0, 0}), {Tensor({4, 5})}), Mistake::no_such_axis, 0, 0, 0, 2));
  CHECK(says(finding_of(Transpose({0, 2}), {Tensor({4, 5})}), Mistake::no_such_axis, 0, 0, 2, 2));
}
