// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/record.hpp>

using namespace tenon;

namespace {
Mistake mistake(const LayoutRecord& layout) { return examine(layout).mistake; }
}  // namespace

TEST_CASE("a tensor map counts the axes from the right") {
  const LayoutRecord record{{2, 1, 2, 2}, {{3}, {1}}, {32, 512}};
  CHECK(lower(record) == whole({32, 512}).cut(0, {{2, 4}}).cut(1, {{2, 2}}));
  CHECK(record.devices() == 8);
  const LayoutRecord two_axes{{2, 4}, {{1, 0}, {-1}}, {8, 3}},
      swapped{{2, 4}, {{0, 1}, {}}, {8, 3}};
  CHECK(lower(two_axes) == whole({8, 3}).cut(0, {{8, 1}}));
  CHECK(lower(swapped) == whole({8, 3}).cut(0, {{4, 1}, {2, 4}}));
}

TEST_CASE(
    "MindSpore's rule, element by element: the block of a dimension is the rank's number on its "
    "axis") {
  for (const Axes& matrix : {Axes{2, 3}, Axes{3, 2}, Axes{2, 2, 2}, Axes{6}})
    for (Index axis = 0; axis < matrix.size(); ++axis) {
      const LayoutRecord record{matrix, {{axis}}, {12}};
      REQUIRE(mistake(record) == Mistake::none);
      for (Index rank = 0; rank < record.devices(); ++rank) {
        Index number = rank;
        for (Index i = 0; i < axis; ++i) number /= matrix[matrix.size() - 1 - int(i)];
        const Index parts = matrix[matrix.size() - 1 - int(axis)];
        number %= parts;
        CHECK(lower(record).box(rank) == Box{{12 / parts * number, 12 / parts * (number + 1)}});
      }
    }
}

TEST_CASE("equal meanings are equal distributions, whatever the spelling") {
  const Dims shape{32, 512};
  CHECK(lower({{2, 1, 2, 2}, {{3}, {1}}, shape}) == lower({{2, 2, 2}, {{2}, {1}}, shape}));
  CHECK(lower({{2, 4}, {{1, 0}, {}}, shape}) == lower({{8}, {{0}, {-1}}, shape}));
  CHECK(lower({{1, 8}, {{1}, {0}}, shape}) == lower({{8}, {{-1}, {0}}, shape}));
  CHECK(lower({{2, 4}, {{1}, {}}, shape}) != lower({{4, 2}, {{0}, {}}, shape}));
}

TEST_CASE("what is no layout is found") {
  CHECK(mistake({{2, 4}, {{1}, {0}}, {8, 8}}) == Mistake::none);
  CHECK(mistake({{2, 4}, {{1}}, {8, 8}}) == Mistake::map_of_other_rank);
  CHECK(mistake({{2, 4}, {{2}, {0}}, {8, 8}}) == Mistake::map_value_out_of_range);
  CHECK(mistake({{2, 4}, {{-2}, {0}}, {8, 8}}) == Mistake::map_value_out_of_range);
  CHECK(mistake({{2, 4}, {{0}, {0}}, {8, 8}}) == Mistake::axis_used_twice);
  CHECK(mistake({{2, 4}, {{0, 0}, {}}, {8, 8}}) == Mistake::axis_used_twice);
  CHECK(mistake({{2, 0}, {{0}, {}}, {8, 8}}) == Mistake::axis_without_ranks);
}
