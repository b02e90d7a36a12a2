// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <tenon/core/dims.hpp>
#include <tenon/core/list.hpp>

using tenon::Dims;
using tenon::Index;

TEST_CASE("product multiplies the sizes; of none it is one") {
  CHECK(product(Dims{}) == 1);
  CHECK(product(Dims{32, 28, 28}) == 25088);
  CHECK(product(Dims{5, 0, 7}) == 0);
}

TEST_CASE("product is exact up to 2^63 - 1 and an error beyond") {
  const Index large = Index(1) << 62;
  CHECK(product(Dims{large}) == large);
  CHECK(product(Dims{large / 2, 2}) == large);
  CHECK(product(Dims{std::numeric_limits<Index>::max(), 1}) == std::numeric_limits<Index>::max());
  CHECK_THROWS_AS(product(Dims{large, 2}), tenon::Error);
  CHECK_THROWS_AS(product(Dims{large, large}), tenon::Error);
  for (int bits = 1; bits < 63; ++bits) {
    CHECK(product(Dims{Index(1) << bits, Index(1) << (62 - bits)}) == large);
    CHECK_THROWS_AS(product(Dims{Index(1) << bits, Index(1) << (63 - bits)}), tenon::Error);
  }
}

TEST_CASE("an empty tensor has no elements, however large its other sizes are") {
  const Index large = Index(1) << 62;
  CHECK(product(Dims{0, large, large}) == 0);
}

TEST_CASE("sizes print as a list") {
  CHECK(tenon::text(Dims{}) == "[]");
  CHECK(tenon::text(Dims{7}) == "[7]");
  CHECK(tenon::text(Dims{32, 28, 28}) == "[32, 28, 28]");
  CHECK(tenon::text(tenon::List<Dims>{{2, 1}, {1, 2}}) == "[[2, 1], [1, 2]]");
}
