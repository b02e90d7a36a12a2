// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/stored_distribution.hpp>

#include <doctest/doctest.h>

#include <tenon/core/region.hpp>

#include "random_strategy.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("a layout puts every element where MindSpore's definition puts it") {
  Random random(3);
  for (int round = 0; round < 400; ++round) {
    const Dims shape = round % 3 == 0 ? Dims{48} : round % 3 == 1 ? Dims{48, 24} : Dims{24, 24, 24};
    const StoredLayout stored = random_layout(random, "w", shape.size(), round % 2 ? 8 : 12);
    const Distribution x = stored_distribution(stored, shape);
    const Dims row = strides(shape);
    for (Index rank = 0; rank < stored.layout.devices(); rank += 1 + round % 2) {
      const OwnSlice own = own_slice(stored, shape, rank);
      const Box box = x.box(rank);
      REQUIRE(sizes(box) == own.shape);
      Index first = 0;
      for (int d = 0; d < shape.size(); ++d) first += box[d].first * row[d];
      REQUIRE(first == own.elements.front());
      const Distribution cuts = cuts_of_slice(stored, own.shape);
      REQUIRE((cuts.cuts == x.cuts && cuts.shape == own.shape));
    }
  }
}

TEST_CASE("the optimizer cuts rows over the ranks that repeat them") {
  const StoredLayout stored{"w", {{4, 2}, {{0}, {-1}}, {}}, 0, 2, 4, false};
  const Distribution x = stored_distribution(stored, {16, 3});
  for (Index rank = 0; rank < 8; ++rank)
    CHECK(x.interval(0, rank).first == rank % 2 * 8 + rank / 2 * 2);
  CHECK(cuts_of_slice(stored, {2, 3}).cuts == x.cuts);
}

TEST_CASE("an optimizer's cut that does not fit is refused, with the parameter's name") {
  const auto error = [](Index step, Index size, const AxisMap& map = {{1}, {-1}}) {
    const StoredLayout stored{"w", {{2, 4}, map, {}}, 0, step, size, false};
    return error_of([&] { stored_distribution(stored, {16, 8}); });
  };
  CHECK(error(1, 4) == "");
  CHECK(error(1, -1) == "");
  CHECK(error(2, 4) ==
        "tenon: w: an optimizer shard of 4 parts, ranks 2 apart, but [2, 4] repeats "
        "it on 4 ranks, 1 apart");
  CHECK(has(error(1, 3), "tenon: w: an optimizer shard of 3 parts"));
  CHECK(has(error(-1, 2), "legal: 1 or more"));
  CHECK(
      has(error(1, 2, {{1}, {0}}), "tenon: w: the optimizer cannot cut a parameter that no axis"));
}

TEST_CASE("the flat shapes of the JSON form are one dimension again") {
  const StoredLayout stored{"w", {{2, 2, 2}, {{-1}, {1}, {0}}, {784, 2, 256}}, 0, 0, 0, false};
  const Distribution x = cuts_of_slice(stored, {784, 128});
  CHECK(x.parts(1) == 4);
  CHECK(x.cuts == stored_distribution(stored, {784, 512}).cuts);
  CHECK(error_of([&] {
          cuts_of_slice(stored, {784, 100});
        }) ==
        "tenon: w has slices of the shape [784, 100], which the strategy file's layout does not "
        "fit: [[-1], [1], [0]] of [784, 2, 256]");
}

TEST_CASE("sizes whose products pass 2^63 fit no layout") {
  const Index large = Index(1) << 62;
  const StoredLayout even{"w", {{2}, {{-1}, {0}}, {0, large}}, 0, 0, 0, false};
  CHECK(has(error_of([&] { cuts_of_slice(even, {0, large}); }), "layout does not fit"));
  const StoredLayout flat{"w", {{2, 2}, {{1}, {0}}, {2, 2 * (large - 1) + 1}}, 0, 0, 0, false};
  CHECK(has(error_of([&] { cuts_of_slice(flat, {large}); }), "layout does not fit"));
  CHECK(has(error_of([&] { layout_of(flat, {large}); }), "layout does not fit"));
  const StoredLayout rows{"w", {{4, 2}, {{0}}, {large}}, 0, 2, 4, false};
  CHECK(has(error_of([&] { cuts_of_slice(rows, {large}); }), "layout does not fit"));
}
