// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/distribution.hpp>

#include "device_matrices.hpp"

using namespace tenon;

TEST_CASE("rows over one axis and columns over another: the blocks of the example") {
  const Distribution x = whole({32, 512}).cut(0, {{2, 4}}).cut(1, {{2, 2}});
  CHECK(x.box(2) == Box{{0, 16}, {256, 512}});
  CHECK(x.box(3) == x.box(2));
  CHECK(x.box(4) == Box{{16, 32}, {0, 256}});
  CHECK(x.largest_block() == Dims{16, 256});
  CHECK(x.divides_evenly());
  CHECK_FALSE(x.partial());
}

TEST_CASE("the boxes of all ranks cover every element, once for every repetition") {
  for (const Dims& matrix : device_matrices())
    for (const Dims& shape : {Dims{8, 8}, Dims{7, 5}, Dims{1, 10}, Dims{3}, Dims{2, 3, 4}})
      for (const Distribution& x : distributions(matrix, shape, true)) {
        REQUIRE(cuts_are_disjoint(x));
        Index blocks = 1, elements = 0;
        for (int d = 0; d < shape.size(); ++d) blocks *= x.parts(d);
        bool evenly = true;
        for (Index rank = 0; rank < product(matrix); ++rank) {
          const Dims block = sizes(x.box(rank));
          elements += product(block);
          for (int d = 0; d < shape.size(); ++d) {
            REQUIRE(block[d] <= x.largest_block()[d]);
            evenly = evenly && block[d] == x.largest_block()[d];
          }
        }
        REQUIRE(elements == product(shape) * product(matrix) / blocks);
        REQUIRE(evenly == x.divides_evenly());
      }
}

TEST_CASE("cutting is independent of the order in which the dimensions are cut") {
  const Digits a{{2, 4}}, b{{2, 2}}, sum{{2, 1}};
  const Distribution x = whole({4, 6}).cut(0, a).cut(1, b).cut(Cut::sum, sum);
  CHECK(x == whole({4, 6}).cut(Cut::sum, sum).cut(1, b).cut(0, a));
  CHECK(x == x.cut(0, {}).cut(0, a));
  CHECK(x.summands() == 2);
  CHECK(x.partial());
  CHECK(x.summed() == whole({4, 6}).cut(0, a).cut(1, b));
  CHECK(x.digits(0) == a);
  CHECK(x.digits(Cut::sum) == sum);
}

TEST_CASE("spellings of one distribution are equal") {
  CHECK(whole({8}).cut(0, {{2, 2}, {2, 1}}) == whole({8}).cut(0, {{4, 1}}));
  CHECK(whole({8}).cut(0, {{1, 7}}) == whole({8}));
  CHECK(whole({8}).cut(0, {{2, 1}, {2, 2}}) != whole({8}).cut(0, {{4, 1}}));
}

TEST_CASE("cuts that look at the same part of the rank are not disjoint") {
  CHECK_FALSE(cuts_are_disjoint(whole({8, 8}).cut(0, {{4, 1}}).cut(1, {{2, 2}})));
  CHECK_FALSE(cuts_are_disjoint(whole({8}).cut(0, {{2, 1}}).cut(Cut::sum, {{2, 1}})));
}
