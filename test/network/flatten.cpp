// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/flatten.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Flatten: rows of all that follows the batch") {
  Random random(10);
  for (const Dims& shape : {Dims{3, 4}, Dims{3, 4, 5}, Dims{1, 2, 3, 4}, Dims{6}, Dims{0, 2, 2}}) {
    const Tensor x = random.numbers(shape);
    const Tensor y = law(Flatten{}, {x});
    Index columns = 1;
    for (int d = 1; d < shape.size(); ++d) columns *= shape[d];
    CHECK(y.shape == Dims{shape[0], columns});
    CHECK(y.values == x.values);
    check_equation(Flatten{}, {x});
  }
}

TEST_CASE("Flatten: the batch alone may be cut") {
  CHECK(equation_of(Flatten{}, {Tensor({32, 28, 28})}) == "aBC->aZ");
  CHECK(equation_of(Flatten{}, {Tensor({1, 28, 28})}) == "aBC->aZ");
  CHECK(equation_of(Flatten{}, {Tensor({32, 784})}) == "aB->aB");
  CHECK(equation_of(Flatten{}, {Tensor({32})}) == "a->aZ");
}

TEST_CASE("Flatten: of nothing that has rows") {
  CHECK(says(finding_of(Flatten{}, {Tensor(Dims{})}), Mistake::other_rank, 0, 0, 0, 1));
}
