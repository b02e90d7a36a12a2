// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/redistribution_cost.hpp>

using namespace tenon;

TEST_CASE("gathers cost their slices and reshapes two") {
  const auto gather =
      redistribution({{4, 2}, {{1}, {0}}, {32, 256}}, {{1, 8}, {{}, {}}, {32, 256}}, 0);
  CHECK(cost_elements(gather) == RedistributionCost{3072, 1024, 4096, 8192, 11264});
  const auto reshape =
      redistribution({{8}, {{0}, {}, {}}, {128, 64, 1}}, {{8}, {{0}, {}}, {128, 64}}, 0);
  CHECK(cost_elements(reshape) == RedistributionCost{0, 0, 0, 2048, 2048});
}

TEST_CASE("a permutation costs four slices of communication") {
  const auto list = redistribution({{8}, {{0}, {}}, {32, 64}}, {{8}, {{}, {0}}, {32, 64}}, 0, true);
  CHECK(cost_elements(list) == RedistributionCost{512, 512, 1024, 512, 512});
}

TEST_CASE("what cannot be unified is charged whole tensors") {
  const auto list = redistribution({{2}, {{}, {0}}, {3, 8}}, {{2}, {{0}, {}}, {8, 3}}, 0);
  CHECK(cost_elements(list) ==
        RedistributionCost{12, 6, 18, 12 + 12 + 48 + 24 + 48, 12 + 12 + 48 + 24 + 48});
}

TEST_CASE("cost is the same on every rank") {
  for (Index rank = 0; rank < 8; ++rank)
    CHECK(cost_elements(
              redistribution({{2, 4}, {{1}, {0}}, {8, 8}}, {{8}, {{}, {0}}, {8, 8}}, rank)) ==
          cost_elements(redistribution({{2, 4}, {{1}, {0}}, {8, 8}}, {{8}, {{}, {0}}, {8, 8}}, 0)));
}
