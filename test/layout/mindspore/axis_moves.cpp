// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/axis_moves.hpp>

#include "every_layout.hpp"

using namespace tenon;

namespace {

/// The map after the moves; REQUIREs that each is possible.
List<Index> moved(const FlatLayout& layout, const List<AxisMove>& moves) {
  List<Index> map = layout.tensor_map;
  for (const AxisMove& move : moves) {
    const List<Index>& a = move.arguments;
    if (move.kind == AxisMoveKind::split_by_axis) {
      REQUIRE(map[std::size_t(a[1])] == -1);
      REQUIRE_FALSE(contains(map, a[2]));
      REQUIRE(a[0] == layout.parts(a[2]));
      map[std::size_t(a[1])] = a[2];
    } else if (move.kind == AxisMoveKind::concat_by_axis) {
      REQUIRE(map[std::size_t(a[0])] == a[1]);
      map[std::size_t(a[0])] = -1;
    } else {
      REQUIRE(map[std::size_t(a[1])] == -1);
      REQUIRE(map[std::size_t(a[2])] == a[3]);
      map[std::size_t(a[1])] = a[3];
      map[std::size_t(a[2])] = -1;
    }
  }
  return map;
}

}  // namespace

TEST_CASE("an axis that changes its dimension is gathered and split, or permuted") {
  const FlatLayout from{{16}, {0, -1}, {512, 1024}};
  const auto moves = axis_moves(from, {-1, 0});
  REQUIRE(moves.size() == 2);
  CHECK(moves[0].arguments == List<Index>{0, 0, 16});
  CHECK(moves[1].arguments == List<Index>{16, 1, 0});
  const auto permuted = axis_moves(from, {-1, 0}, true);
  REQUIRE(permuted.size() == 1);
  CHECK(text(permuted[0].kind) == "PermuteByAxis");
  CHECK(permuted[0].arguments == List<Index>{16, 1, 0, 0, 16});
}

TEST_CASE("dimensions that wait for each other are freed by a gather") {
  const FlatLayout from{{2, 2}, {1, 0}, {4, 4}};
  CHECK(moved(from, axis_moves(from, {0, 1})) == List<Index>{0, 1});
  CHECK(axis_moves(from, {0, 1}).size() == 4);
  CHECK(axis_moves(from, {0, 1}, true).size() == 3);
}

TEST_CASE("the moves turn every map into every other") {
  const auto layouts = test::every_layout({2, 3, 2}, {12, 12, 12}, false);
  CHECK(layouts.size() == 34);
  for (const LayoutRecord& from : layouts)
    for (const LayoutRecord& to : layouts)
      for (bool enable_alltoall : {false, true}) {
        const auto moves = axis_moves(flat(from), flat(to).tensor_map, enable_alltoall);
        REQUIRE(moved(flat(from), moves) == flat(to).tensor_map);
        REQUIRE(moves.empty() == (from == to));
      }
}
