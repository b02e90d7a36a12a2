// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/groups.hpp>

using namespace tenon;

TEST_CASE("groups along an axis vary one coordinate") {
  const List<Index> devices = ranks_up_to(12), matrix{2, 2, 3};
  CHECK(*group_along(5, devices, matrix, 0) == List<Index>{5, 11});
  CHECK(*group_along(5, devices, matrix, 1) == List<Index>{2, 5});
  CHECK(*group_along(5, devices, matrix, 2) == List<Index>{3, 4, 5});
  CHECK(*group_along(5, devices, {12, 1}, 1) == List<Index>{5});
}

TEST_CASE("groups along an axis partition the ranks") {
  for (const List<Index>& matrix : {List<Index>{2, 3, 4}, List<Index>{24}, List<Index>{3, 1, 8}}) {
    List<Index> devices;
    for (Index rank = 0; rank < 24; ++rank) devices.push_back(100 + rank);
    for (std::size_t axis = 0; axis < matrix.size(); ++axis)
      for (Index rank : devices) {
        const auto group = *group_along(rank, devices, matrix, axis);
        CHECK(Index(group.size()) == matrix[axis]);
        CHECK(contains(group, rank));
        for (Index other : group) CHECK(*group_along(other, devices, matrix, axis) == group);
      }
  }
}

TEST_CASE("ranks of one slice partition any list") {
  const List<Index> devices{10, 3, 2, 9, 11, 100, 1, 0};
  CHECK(group_by_tensor_map(0, devices, {4, 2}, {-1, 0}) == List<Index>{3, 9, 100, 0});
  for (Index rank : devices) {
    const auto group = group_by_tensor_map(rank, devices, {2, 2, 2}, {2, -1});
    CHECK(group.size() == 4);
    for (Index other : group)
      CHECK(group_by_tensor_map(other, devices, {2, 2, 2}, {2, -1}) == group);
  }
}

TEST_CASE("the two kinds of group agree on contiguous lists and may differ on others") {
  CHECK(*group_along(2, {0, 1, 2, 3}, {2, 2}, 0) ==
        group_by_tensor_map(2, {0, 1, 2, 3}, {2, 2}, {0}));
  CHECK(*group_along(2, {0, 2, 4, 6}, {4}, 0) == ranks_up_to(4));
  CHECK(group_by_tensor_map(2, {0, 2, 4, 6}, {4}, {}) == List<Index>{0, 2, 4, 6});
  CHECK_FALSE(group_along(4, {0, 2, 4, 6}, {4}, 0));
}

TEST_CASE("a rank that is not there and a wrong matrix are errors") {
  CHECK_THROWS_AS(group_along(9, {0, 1}, {2}, 0), Error);
  CHECK_THROWS_AS(group_by_tensor_map(0, {0, 1}, {4}, {0}), Error);
  CHECK_THROWS_AS(group_by_tensor_map(0, {0, 1}, {2}, {1}), Error);
}

TEST_CASE("stages take the devices in their order") {
  CHECK(stage_lists({5, 3, 1, 0}, {2, 2}) == List<List<Index>>{{5, 3}, {1, 0}});
  CHECK(stage_of(5, 8, 2).stage == 1);
  CHECK(stage_of(5, 8, 2).rank_in_stage == 1);
  CHECK_THROWS_AS(stage_lists({0, 1, 2}, {2, 2}), Error);
  CHECK_THROWS_AS(stage_lists({0, 1, 2}, {2}), Error);
}

TEST_CASE("a first dimension's parameter is gathered in an aligned block of ranks") {
  CHECK(first_dim_param_ranks({2, 2}, 1, 0) == List<Index>{0, 1});
  CHECK(first_dim_param_ranks({64, 8}, 1, 19) == List<Index>{16, 17, 18, 19, 20, 21, 22, 23});
  CHECK(first_dim_param_ranks({2, 2, 2}, 0, 5) == ranks_up_to(8));
}
