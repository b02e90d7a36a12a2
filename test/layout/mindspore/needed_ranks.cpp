// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/needed_ranks.hpp>

#include "every_layout.hpp"

using namespace tenon;

TEST_CASE("a rank needs the ranks that its gathers reach") {
  CHECK(needed_ranks({{4, 2}, {{1}, {0}}, {8, 8}}, {{8}, {{}, {}}, {8, 8}}, 0) == ranks_up_to(8));
  CHECK(needed_ranks({{4, 2}, {{1}, {}}, {8, 8}}, {{8}, {{}, {}}, {8, 8}}, 1) ==
        List<Index>{1, 3, 5, 7});
  CHECK(needed_ranks({{8}, {{0}, {}}, {8, 8}}, {{8}, {{0}, {}}, {8, 8}}, 3) == List<Index>{3});
}

TEST_CASE("the smaller of two clusters is repeated on the left") {
  CHECK(needed_ranks({{2}, {{0}}, {8}}, {{4}, {{0}}, {8}}, 3) == List<Index>{0, 1});
  CHECK(needed_ranks({{4}, {{0}}, {8}}, {{1}, {{}}, {8}}, 0) == ranks_up_to(4));
  CHECK_THROWS_AS(needed_ranks({{3}, {{0}}, {12}}, {{2}, {{0}}, {12}}, 0), Error);
}

TEST_CASE("the needed ranks hold together what is wanted") {
  for (const LayoutRecord& from : test::every_layout({2, 2, 2}, {8, 8}))
    for (const LayoutRecord& to : test::every_layout({4, 2}, {8, 8})) {
      const Box wanted = lower(to).box(5);
      Index held = 0;
      List<Box> seen;
      for (Index rank : needed_ranks(from, to, 5)) {
        const Box box = lower(from).box(rank);
        if (!contains(seen, box)) held += volume(intersection(box, wanted));
        seen.push_back(box);
      }
      REQUIRE(held == volume(wanted));
    }
}

TEST_CASE("predicting loads each different slice once") {
  const LayoutRecord train{{4, 8}, {{-1}, {0}}, {8, 8}};
  CHECK(predict_ranks(train, std::nullopt, 0).ranks == ranks_up_to(8));
  CHECK_FALSE(predict_ranks(train, std::nullopt, 0).load_directly);
  CHECK(predict_ranks(train, train, 9).ranks == List<Index>{9});
  const auto similar = predict_ranks(train, LayoutRecord{{8}, {{-1}, {0}}, {8, 8}}, 3);
  CHECK(similar.ranks == List<Index>{3});
  CHECK(similar.load_directly);
  CHECK_FALSE(predict_ranks(train, LayoutRecord{{2, 2}, {{1}, {0}}, {8, 8}}, 0).load_directly);
  CHECK(predict_ranks({{8}, {{-1}, {-1}}, {8, 8}}, LayoutRecord{{4}, {{-1}, {-1}}, {8, 8}}, 2)
            .load_directly);
}
