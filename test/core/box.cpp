// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/core/box.hpp>

using namespace tenon;

TEST_CASE(
    "balanced blocks are [k*S/p, (k+1)*S/p): they tile the dimension, in sizes that differ by "
    "one") {
  for (Index size = 0; size <= 40; ++size)
    for (Index parts = 1; parts <= 12; ++parts) {
      CAPTURE(size);
      CAPTURE(parts);
      Index end = 0;
      for (Index k = 0; k < parts; ++k) {
        const Interval block = balanced_block(size, parts, k);
        REQUIRE(block == Interval{k * size / parts, (k + 1) * size / parts});
        REQUIRE(block.first == end);
        REQUIRE(block.size() >= size / parts);
        REQUIRE(block.size() <= (size + parts - 1) / parts);
        end = block.last;
      }
      REQUIRE(end == size);
    }
}

TEST_CASE("balanced blocks of sizes near 2^62 do not overflow") {
  for (Index size : {(Index(1) << 62) - 1, Index(1) << 62, (Index(1) << 62) + 1, INT64_MAX})
    for (Index parts : {Index(1), Index(3), Index(8), Index(1000003), Index(1) << 31}) {
      CAPTURE(size);
      CAPTURE(parts);
      CHECK(balanced_block(size, parts, 0).first == 0);
      CHECK(balanced_block(size, parts, parts - 1).last == size);
      for (Index k : {Index(0), parts / 2, parts - 1}) {
        const Interval block = balanced_block(size, parts, k);
        __extension__ const __int128 wide = size;
        CHECK(block.first == Index(k * wide / parts));
        CHECK(block.last == Index((k + 1) * wide / parts));
      }
    }
}

TEST_CASE("an intersection holds the elements that both hold") {
  for (Index a = 0; a < 5; ++a)
    for (Index b = a; b < 6; ++b)
      for (Index c = 0; c < 5; ++c)
        for (Index d = c; d < 6; ++d) {
          const Interval both = intersection(Interval{a, b}, Interval{c, d});
          REQUIRE(both.size() >= 0);
          for (Index e = 0; e < 6; ++e)
            REQUIRE((both.first <= e && e < both.last) == (a <= e && e < b && c <= e && e < d));
        }
}

TEST_CASE("a box has the sizes and the volume of its intervals") {
  const Box box{{0, 16}, {256, 512}};
  CHECK(sizes(box) == Dims{16, 256});
  CHECK(volume(box) == 4096);
  CHECK(volume(Box{}) == 1);
  CHECK(whole_box({3, 4}) == Box{{0, 3}, {0, 4}});
  CHECK(intersection(box, whole_box({10, 300})) == Box{{0, 10}, {256, 300}});
  CHECK(volume(intersection(box, whole_box({10, 100}))) == 0);
  CHECK(text(box) == "[0:16, 256:512]");
}
