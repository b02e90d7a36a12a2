// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/flat_layout.hpp>

using namespace tenon;

TEST_CASE("several axes on a dimension become several dimensions") {
  CHECK(flat({{8, 2, 4}, {{2}, {1, 0}}, {512, 1024}}) ==
        FlatLayout{{8, 2, 4}, {2, 1, 0}, {512, 2, 512}});
  CHECK(flat({{8, 2, 4}, {{1}, {0, 2}}, {512, 1024}}) ==
        FlatLayout{{8, 2, 4}, {1, 0, 2}, {512, 4, 256}});
  CHECK(slice_shape({{8, 2, 4}, {{1}, {0, 2}}, {512, 1024}}) == List<Index>{256, 32});
}

TEST_CASE("axes of size one go and the others are renumbered") {
  CHECK(flat({{2, 2, 1}, {{2}, {1}}, {128, 4096}}) == FlatLayout{{2, 2}, {1, 0}, {128, 4096}});
  CHECK(flat({{1, 16, 1}, {{2}, {1}}, {128, 4096}}) == FlatLayout{{16}, {-1, 0}, {128, 4096}});
  CHECK(flat({{1, 1}, {{1}, {}}, {4, 6}}) == FlatLayout{{1}, {-1, -1}, {4, 6}});
}

TEST_CASE("dimensions of size one are squeezed, of one element one is left") {
  CHECK(squeezed({{8}, {0, -1, -1, -1}, {128, 64, 1, 1}}) == FlatLayout{{8}, {0, -1}, {128, 64}});
  CHECK(squeezed({{8}, {-1, -1}, {1, 1}}) == FlatLayout{{8}, {-1}, {1}});
  CHECK(squeezed({{8}, {}, {}}) == FlatLayout{{8}, {-1}, {1}});
}
