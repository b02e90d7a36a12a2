// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <random>

#include <tenon/layout/record_of.hpp>

using namespace tenon;

static_assert(*record_of(whole({784, 512}).cut(1, {{2, 2}}), 8) ==
              LayoutRecord{{2, 2, 2}, {{-1}, {1}}, {784, 512}});
static_assert(*record_of(whole({512}), 8) == LayoutRecord{{8}, {{-1}}, {512}});
static_assert(*record_of(whole({512}), 1) == LayoutRecord{{1}, {{-1}}, {512}});
static_assert(!record_of(whole({6, 6}).cut(0, {{2, 1}}).cut(1, {{2, 3}}), 6 * 2 + 1));
static_assert(!record_of(whole({8}).cut(0, {{8, 1}}), 4));  // of more devices

TEST_CASE("every layout's distribution is spelt again: lower(record_of(x)) == x") {
  std::mt19937 random(7);
  const auto below = [&](int n) { return int(random() % unsigned(n)); };
  for (int round = 0; round < 20'000; ++round) {
    LayoutRecord layout{{}, {{}, {}, {}}, {30, 7, 12}};
    for (int axes = 1 + below(4); axes > 0; --axes) layout.device_matrix.push_back(1 + below(4));
    for (int axis = 0; axis < layout.device_matrix.size(); ++axis) {
      const int dimension = below(4);
      if (dimension < 3)
        layout.tensor_map[dimension].insert(below(2) ? 0 : layout.tensor_map[dimension].size(),
                                            axis);
    }
    const Distribution x = lower(layout);
    const auto again = record_of(x, layout.devices());
    REQUIRE(again.has_value());
    REQUIRE(!examine(*again));
    REQUIRE(again->devices() == layout.devices());
    REQUIRE(lower(*again) == x);
  }
}
