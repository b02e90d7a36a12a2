// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/layout_by_alias.hpp>

using namespace tenon;

TEST_CASE("names become map values counted from the right") {
  const Axes matrix{2, 2, 4};
  const List<std::string_view> names{"dp", "sp", "mp"};
  const AxisMap map = map_by_alias(matrix, names, {{"dp"}, {"None"}, {"mp", "sp"}});
  CHECK(map == AxisMap{{2}, {-1}, {0, 1}});
  CHECK(sharding_strategy({matrix, map, {8, 8, 8}}) == Axes{2, 1, 8});
}

TEST_CASE("unknown names, names used twice and missing names are errors") {
  CHECK_THROWS_AS(map_by_alias({2, 2}, {"dp", "mp"}, {{"tp"}}), Error);
  CHECK_THROWS_AS(map_by_alias({2, 2}, {"dp", "mp"}, {{"dp"}, {"dp"}}), Error);
  CHECK_THROWS_AS(map_by_alias({2, 2}, {"dp"}, {{"dp"}}), Error);
}
