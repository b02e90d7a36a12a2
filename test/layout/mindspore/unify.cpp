// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/unify.hpp>

#include "every_layout.hpp"

using namespace tenon;

namespace {

/// The layout cuts the elements, in row-major order, as the other does, on every rank.
bool means(const FlatLayout& refined, const LayoutRecord& layout) {
  const Index elements = product(layout.shape);
  for (Index rank = 0; rank < layout.devices(); ++rank) {
    const Box box = lower(layout).box(rank);
    for (Index i = 0; i < elements; ++i) {
      bool held = true, refined_held = true;
      Index rest = i;
      for (int d = layout.shape.size() - 1; d >= 0; --d) {
        const Index at = rest % layout.shape[d];
        rest /= layout.shape[d];
        held = held && box[d].first <= at && at < box[d].last;
      }
      rest = i;
      for (std::size_t d = refined.shape.size(); d-- > 0;) {
        const Index at = rest % refined.shape[d], value = refined.tensor_map[d];
        rest /= refined.shape[d];
        if (value < 0) continue;
        Index stride = 1;
        for (Index v = 0; v < value; ++v) stride *= refined.parts(v);
        const Index size = refined.shape[d] / refined.parts(value);
        refined_held = refined_held && at / size == rank / stride % refined.parts(value);
      }
      if (held != refined_held) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("a finer device matrix splits the dimensions that its axes cut") {
  const auto finer = expand_device_matrix({{8, 4}, {0, 1}, {512, 1024}}, {4, 2, 4});
  CHECK(*finer == FlatLayout{{4, 2, 4}, {0, 2, 1}, {512, 4, 256}});
  CHECK_FALSE(expand_device_matrix({{8, 4}, {0, 1}, {512, 1024}}, {3, 4}));
}

TEST_CASE("a finer shape splits the axes that its pieces need split") {
  const auto finer = expand_tensor_shape({{8, 4}, {1, 0}, {128, 4096}}, {128, 4, 1024});
  CHECK(*finer == FlatLayout{{8, 4}, {1, 0, -1}, {128, 4, 1024}});
  const auto cut = expand_tensor_shape({{8, 4}, {1, 0}, {512, 1024}}, {128, 4, 2, 512});
  CHECK(*cut == FlatLayout{{8, 2, 2}, {2, -1, 1, 0}, {128, 4, 2, 512}});
}

TEST_CASE("a reshape of differently cut dimensions is unified") {
  const auto both =
      unify(LayoutRecord{{8, 4}, {{1}, {0}}, {512, 1024}}, {{8, 4}, {{0}, {1}}, {128, 4096}});
  CHECK(both->from == FlatLayout{{4, 2, 4}, {2, 1, -1, 0}, {4, 32, 4, 1024}});
  CHECK(both->to == FlatLayout{{4, 2, 4}, {0, -1, 2, 1}, {4, 32, 4, 1024}});
}

TEST_CASE("sizes that do not nest are not unified") {
  CHECK_FALSE(unify(LayoutRecord{{2}, {{}, {}}, {3, 8}}, {{2}, {{0}, {}}, {8, 3}}));
  CHECK_FALSE(unify(LayoutRecord{{2, 3}, {{1}}, {6}}, {{3, 2}, {{1}}, {6}}));
}

TEST_CASE("what is unified is a refinement of both and means the same") {
  const Dims shapes[] = {{4, 6}, {24}, {2, 12}, {6, 4}, {2, 2, 6}};
  const Axes matrices[] = {{2, 2}, {4}, {2, 3}, {6}};
  int unified = 0;
  for (const Axes& first : matrices)
    for (const Axes& second : matrices) {
      if (product(first) != product(second)) continue;
      for (const Dims& a : shapes)
        for (const Dims& b : shapes)
          for (const LayoutRecord& from : test::every_layout(first, a))
            for (const LayoutRecord& to : test::every_layout(second, b)) {
              const auto both = unify(from, to);
              if (!both) continue;
              ++unified;
              REQUIRE(both->from.shape == both->to.shape);
              REQUIRE(both->from.device_matrix == both->to.device_matrix);
              REQUIRE(means(both->from, from));
              REQUIRE(means(both->to, to));
            }
    }
  CHECK(unified > 1000);
}
