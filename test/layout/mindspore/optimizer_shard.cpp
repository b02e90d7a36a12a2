// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/optimizer_shard.hpp>

using namespace tenon;

TEST_CASE("the optimizer cuts dimension zero over repeating axes from the right") {
  CHECK(optimizer_shard_layout({{2, 2, 2}, {{2}, {1}, {-1}}, {16, 32, 8}}, {1, 2}) ==
        LayoutRecord{{2, 2, 2}, {{2}, {0}, {1}, {-1}}, {2, 8, 32, 8}});
  CHECK(optimizer_shard_layout({{8, 2, 4}, {{-1}, {0, 1}}, {16, 16}}, {8, 8}) ==
        LayoutRecord{{8, 2, 4}, {{-1}, {2}, {0, 1}}, {1, 16, 16}});
}

TEST_CASE("an axis larger than the shard is cut in two") {
  CHECK(optimizer_shard_layout({{8, 4, 2}, {{1}, {-1}}, {16, 6144}}, {3, 4}) ==
        LayoutRecord{{4, 2, 4, 2}, {{1}, {2}, {0}, {-1}}, {4, 2, 2, 6144}});
  CHECK(optimizer_shard_layout({{2, 4, 2}, {{2}, {-1}}, {16, 6}}, {1, 4}) ==
        LayoutRecord{{2, 2, 2, 2}, {{3}, {1}, {0}, {-1}}, {2, 2, 4, 6}});
}

TEST_CASE("a parameter repeated over the leftmost axis gets a matrix of its own") {
  CHECK(optimizer_shard_layout({{4, 4}, {{0}, {-1}}, {16, 8}}, {4, 2}) ==
        LayoutRecord{{2, 2, 4, 1}, {{1}, {2}, {-1}}, {4, 4, 8}});
}

TEST_CASE("no step or no size changes nothing, and what is not repeated cannot be cut") {
  const LayoutRecord layout{{2, 4}, {{1}, {0}}, {8, 8}};
  CHECK(optimizer_shard_layout(layout, {0, 0}) == layout);
  CHECK_THROWS_AS(optimizer_shard_layout(layout, {8, 2}), Error);
  CHECK_THROWS_AS(optimizer_shard_layout({{4, 4}, {{0}, {-1}}, {16, 8}}, {2, 2}), Error);
}

TEST_CASE("a rank's slice is cut by all that repeat it, where that divides") {
  CHECK(*optimizer_shard_slice({{4, 4, 2}, {{1}, {0}}, {512, 1024}}) == List<Index>{32, 512});
  CHECK(*optimizer_shard_slice({{8, 4}, {{-1}, {0}}, {512, 1024}}) == List<Index>{64, 256});
  CHECK(*optimizer_shard_slice({{8, 4}, {{-1}, {0}}, {512, 1024}}, 2) == List<Index>{256, 256});
  CHECK_FALSE(optimizer_shard_slice({{8, 4}, {{1}, {0}}, {512, 1024}}));
  CHECK_FALSE(optimizer_shard_slice({{4, 4, 2}, {{1}, {0}}, {20, 1024}}));
}
