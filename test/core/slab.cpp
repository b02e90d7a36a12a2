// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <random>
#include <vector>

#include <tenon/core/region.hpp>
#include <tenon/core/slab.hpp>

using namespace tenon;

TEST_CASE("slabs are the box's elements in row-major order, and none has more than is allowed") {
  std::mt19937 random(1);
  const auto below = [&](Index n) { return Index(random() % std::uint64_t(n)); };
  for (int round = 0; round < 3000; ++round) {
    Box box, block;
    for (int d = int(below(5)); d > 0; --d) {
      block.push_back({0, 1 + below(6)});
      const Index first = below(block.back().last);
      box.push_back({first, first + below(block.back().last - first + 1)});
    }
    const Index most = 1 + below(40);
    std::vector<Index> expected, found;  // where in the block
    for_each_run(region(box, block), region(box), [&](Index in, Index, Index run) {
      for (Index i = 0; i < run; ++i) expected.push_back(in + i);
    });
    for_each_slab(box, most, [&](const Box& part) {
      CHECK(volume(part) >= 1);
      CHECK(volume(part) <= most);
      for_each_run(region(part, block), region(part), [&](Index in, Index, Index run) {
        for (Index i = 0; i < run; ++i) found.push_back(in + i);
      });
    });
    REQUIRE(found == expected);
  }
}

TEST_CASE("a box of no elements has no slabs and no runs, however large its other sizes are") {
  const Index large = Index(1) << 40;
  for (const Dims& shape : {Dims{0, large, 2 * large}, Dims{large, 2 * large, 0}}) {
    const Box box = whole_box(shape);
    for_each_slab(box, 100, [](const Box&) { CHECK(false); });
    for_each_run(region(box), region(box), [](Index, Index, Index) { CHECK(false); });
    CHECK(strides(shape) == Dims{0, 0, 0});
    CHECK(is_contiguous(region(box)));
    CHECK(is_contiguous({0, shape, {1, 1, 1}}));
  }
  CHECK_THROWS_AS(strides({large, large, 1}), Error);
  CHECK_THROWS_AS(for_each_slab(whole_box({large, large}), 1, [](const Box&) {}), Error);
}
