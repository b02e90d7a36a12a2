// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/run_program.hpp>

using namespace tenon;

TEST_CASE("operators do on numbers what they say") {
  const RankSlice<int> slice{{2, 3}, {1, 2, 3, 4, 5, 6}};
  const auto held = [&](Index rank) {
    RankSlice<int> other = slice;
    for (int& value : other.values) value += 10 * int(rank);
    return other;
  };
  const auto done = [&](RedistributionOperator step) {
    return detail::apply_step<int>(step, 1, held);
  };
  CHECK(done({RedistributionKind::reshape, {3, 2}}) ==
        RankSlice<int>{{3, 2}, {11, 12, 13, 14, 15, 16}});
  CHECK(done({RedistributionKind::strided_slice, {1, 0, 2, 2, 1, 1}}) ==
        RankSlice<int>{{1, 2}, {14, 15}});
  CHECK(done({RedistributionKind::slice, {1, 3, 2}}) == RankSlice<int>{{2, 1}, {13, 16}});
  CHECK(done({RedistributionKind::all_concat, {0, 1, 1}}) ==
        RankSlice<int>{{2, 6}, {1, 2, 3, 11, 12, 13, 4, 5, 6, 14, 15, 16}});
  CHECK(done({RedistributionKind::all_to_all, {0, 1, 0, 1}}) ==
        RankSlice<int>{{1, 6}, {4, 5, 6, 14, 15, 16}});
  CHECK_THROWS_AS(done({RedistributionKind::reshape, {4}}), Error);
}

TEST_CASE("one rank's program asks others for what it needs") {
  const LayoutRecord from{{2, 4}, {{1}, {0}}, {8, 8}}, to{{8}, {{}, {0}}, {8, 8}};
  const List<Index> whole = ranks_up_to(64);
  const auto program_of = [&](Index rank) { return redistribution(from, to, rank).operators; };
  const auto held_by = [&](Index rank) { return slice_of(whole, from, rank); };
  for (Index rank = 0; rank < 8; ++rank)
    CHECK(run_program<Index>(program_of, held_by, rank, program_of(rank).size()) ==
          slice_of(whole, to, rank));
}
