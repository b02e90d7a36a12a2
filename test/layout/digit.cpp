// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/digit.hpp>

#include "device_matrices.hpp"

using namespace tenon;

TEST_CASE("the digits of a device matrix spell the rank") {
  for (const Dims& matrix : device_matrices()) {
    const Digits all = digits_of(matrix);
    for (Index rank = 0; rank < product(matrix); ++rank) {
      REQUIRE(block(all, rank) == rank);
      for (int i = 0; i < matrix.size(); ++i)
        REQUIRE(all[i].of(rank) == coordinate(matrix, i, rank));
    }
  }
}

TEST_CASE("normal form spells the same block for every rank, without digits of one part") {
  for (const Dims& matrix : device_matrices())
    for (const Digits& digits : arrangements(digits_of(matrix))) {
      const Digits joined = normal(digits);
      REQUIRE(parts(joined) == parts(digits));
      REQUIRE(joined == normal(joined));
      for (const Digit& digit : joined) REQUIRE(digit.parts > 1);
      for (Index rank = 0; rank < product(matrix); ++rank)
        REQUIRE(block(joined, rank) == block(digits, rank));
    }
}

TEST_CASE("digits that spell the same blocks have one normal form") {
  CHECK(normal({{2, 2}, {2, 1}}) == Digits{{4, 1}});
  CHECK(normal({{2, 1}, {2, 2}}) == Digits{{2, 1}, {2, 2}});
  for (const Dims& matrix : device_matrices()) {
    const List<Digits> all = arrangements(digits_of(matrix));
    for (const Digits& a : all)
      for (const Digits& b : all) {
        bool same = true;
        for (Index rank = 0; rank < product(matrix); ++rank)
          same = same && block(a, rank) == block(b, rank);
        REQUIRE(same == (normal(a) == normal(b)));
      }
  }
}

TEST_CASE("with_block is the inverse of block, and touches no other digit") {
  for (const Dims& matrix : device_matrices()) {
    const Digits all = digits_of(matrix);
    for (const Digits& digits : arrangements(all))
      for (Index rank = 0; rank < product(matrix); ++rank) {
        REQUIRE(with_block(rank, digits, block(digits, rank)) == rank);
        for (Index k = 0; k < parts(digits); ++k) {
          const Index other = with_block(rank, digits, k);
          REQUIRE(other >= 0);
          REQUIRE(other < product(matrix));
          REQUIRE(block(digits, other) == k);
          for (const Digit& digit : all)
            if (!contains(digits, digit)) REQUIRE(digit.of(other) == digit.of(rank));
        }
      }
  }
}

TEST_CASE("two digits overlap when one part of the rank changes both") {
  CHECK(overlap({4, 1}, {2, 2}));
  CHECK(overlap({2, 1}, {4, 1}));
  CHECK(overlap({2, 2}, {2, 2}));
  CHECK_FALSE(overlap({2, 1}, {2, 2}));
  CHECK_FALSE(overlap({1, 1}, {2, 1}));
  for (const Dims& matrix : device_matrices()) {
    const Digits all = digits_of(matrix);
    for (int i = 0; i < all.size(); ++i)
      for (int j = 0; j < all.size(); ++j)
        REQUIRE(overlap(all[i], all[j]) == (i == j && all[i].parts > 1));
  }
}

TEST_CASE(
    "groups have their ranks in the order of the blocks, and every member has the same group") {
  CHECK(group({{2, 4}, {2, 1}}, 2) == List<Index>{2, 3, 6, 7});
  for (const Dims& matrix : device_matrices())
    for (const Digits& digits : arrangements(digits_of(matrix)))
      for (Index rank = 0; rank < product(matrix); ++rank) {
        const List<Index> ranks = group(digits, rank);
        REQUIRE(Index(ranks.size()) == parts(digits));
        REQUIRE(contains(ranks, rank));
        for (Index member : ranks) REQUIRE(group(digits, member) == ranks);
      }
}
