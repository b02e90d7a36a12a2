// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/cover.hpp>

#include <doctest/doctest.h>

using namespace tenon;

static const Distribution x = whole({784, 512}).cut(1, {{2, 2}});  // over ranks 0, 1 | 2, 3

TEST_CASE("a slice of another shape: what is missing, or there twice") {
  CHECK(slice_mistake(x, 0, {784, 256}) == "");
  CHECK(slice_mistake(x, 0, {784, 250}) ==
        "has the shape [784, 250], expected [784, 256]: the slice [0:784, 0:256] of [784, 512]; "
        "250:256 of dimension 1 is missing");
  CHECK(slice_mistake(x, 1, {784, 300}).ends_with("; 256:300 of dimension 1 would be there twice"));
  CHECK(slice_mistake(x, 2, {784, 300}).ends_with("; 512:556 of dimension 1 is beyond it"));
  CHECK(slice_mistake(x, 2, {784}).ends_with("the slice [0:784, 256:512] of [784, 512]"));
  CHECK(slice_mistake(whole({}), 0, {1}) == "");
}

TEST_CASE("a block is missing where none of its ranks has it") {
  const auto without = [](std::vector<Index> ranks) {
    return missing_block(x, 4, [&](Index rank) { return !contains(ranks, rank); });
  };
  CHECK(without({}) == "");
  CHECK(without({0, 3}) == "");
  CHECK(without({2, 3}) ==
        "[0:784, 256:512] of [784, 512] is missing: it should be on one of the "
        "ranks 2, 3");
  CHECK(missing_block(whole({4}).cut(0, {{2, 1}}), 2, [](Index rank) { return rank == 0; }) ==
        "[2:4] of [4] is missing: it should be on rank 1");
}

TEST_CASE("law: a block is missing where the brute force finds none") {
  const Distribution y = whole({3, 8}).cut(0, {{2, 4}}).cut(1, {{4, 1}});  // of 8 ranks
  const Distribution z = whole({1, 8}).cut(0, {{2, 4}}).cut(1, {{2, 2}});  // with empty blocks
  for (unsigned there = 0; there < 256; ++there)
    for (const Distribution& d : {y, z}) {
      const auto has = [&](Index rank) { return (there >> rank & 1) != 0; };
      bool all = true;
      for (Index rank = 0; rank < 8; ++rank) {
        bool found = volume(d.box(rank)) == 0;
        for (Index other = 0; other < 8; ++other)
          found = found || (has(other) && d.box(other) == d.box(rank));
        all = all && found;
      }
      CHECK((missing_block(d, 8, has) == "") == all);
    }
}
