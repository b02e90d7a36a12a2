// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/flat_layout.hpp>
#include <tenon/layout/mindspore/of_record.hpp>

using namespace tenon;

static_assert(of_record({{2, 1, 2, 2}, {{2}, {1}}, {784, 512}}) ==
              LayoutRecord{{2, 2, 2}, {{-1}, {1}}, {784, 512}});
static_assert(of_record({{8, 1}, {{0}}, {512}}) == LayoutRecord{{8}, {{-1}}, {512}});
static_assert(of_record({{4, 1, 2}, {{1}, {}}, {3, 5}}) ==
              LayoutRecord{{4, 2}, {{-1}, {-1}}, {3, 5}});
static_assert(of_record({{1, 1}, {{1}}, {8}}) == LayoutRecord{{1}, {{-1}}, {8}});
static_assert(of_record({{1, 2, 1, 4}, {{3, 0}, {1, 2}}, {8, 8}}) ==
              LayoutRecord{{2, 4}, {{0}, {1}}, {8, 8}});

TEST_CASE("what is written means the same, and is exported the same") {
  for (Index a : {1, 2, 3})
    for (Index b : {1, 2})
      for (Index c : {1, 4})
        for (Index row = -1; row < 3; ++row)
          for (Index column = -1; column < 3; ++column) {
            const LayoutRecord x{{a, b, c}, {{row}, {column}}, {24, 48}};
            if (examine(x)) continue;
            const LayoutRecord written = of_record(x);
            CHECK(!examine(written));
            CHECK(lower(written) == lower(x));
            CHECK(flat(written) == flat(x));
            CHECK(of_record(written) == written);
          }
}
