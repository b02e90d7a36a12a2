// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/reshard.hpp>
#include <tenon/layout/mindspore/run_program.hpp>

#include "every_layout.hpp"

using namespace tenon;

TEST_CASE("resharding lists the programs of all who take part") {
  const auto programs =
      reshard({{2, 4}, {{0}, {-1}}, {8, 8}}, {{2, 2, 2}, {{1}, {-1}}, {8, 8}}, 0, ranks_up_to(8));
  REQUIRE(programs.size() == 2);
  CHECK(programs[1].rank == 1);
  CHECK(programs[1].program == RedistributionProgram{{RedistributionKind::all_concat, {0, 1, 0}}});
}

TEST_CASE("the programs of all who take part make the slice, for every pair of layouts") {
  const List<Index> whole = ranks_up_to(64);
  for (const LayoutRecord& from : test::every_layout({2, 2, 2}, {8, 8}))
    for (const LayoutRecord& to : test::every_layout({4, 2}, {8, 8}))
      for (Index rank : {0, 5}) {
        const auto programs = reshard(from, to, rank, ranks_up_to(8));
        const auto program_of = [&](Index other) {
          for (const ProgramOfRank& one : programs)
            if (one.rank == other) return one.program;
          throw Error("rank " + std::to_string(other) + " has no program");
        };
        const auto held_by = [&](Index other) { return slice_of(whole, from, other); };
        const auto slice =
            run_program<Index>(program_of, held_by, rank, programs[0].program.size());
        REQUIRE_MESSAGE(slice.values == slice_of(whole, to, rank).values, text(from.tensor_map),
                        " -> ", text(to.tensor_map));
      }
}
