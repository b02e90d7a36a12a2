// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/run_program.hpp>

#include "every_layout.hpp"

using namespace tenon;

namespace {

void require_all_redistribute(const List<LayoutRecord>& sources,
                              const List<LayoutRecord>& targets) {
  for (const LayoutRecord& from : sources)
    for (const LayoutRecord& to : targets)
      for (bool enable_alltoall : {false, true}) {
        const List<Index> whole = ranks_up_to(product(from.shape));
        const auto slices = redistributed(whole, from, to, enable_alltoall);
        for (Index rank = 0; rank < from.devices(); ++rank)
          REQUIRE_MESSAGE(slices[std::size_t(rank)] == slice_of(whole, to, rank),
                          text(from.device_matrix), text(from.tensor_map), text(from.shape), " -> ",
                          text(to.device_matrix), text(to.tensor_map), text(to.shape));
      }
}

}  // namespace

TEST_CASE("equal layouts need nothing and another slice shape one reshape") {
  CHECK(redistribution({{2, 1, 2}, {{2}}, {8}}, {{2, 2}, {{1}}, {8}}, 0).operators.empty());
  const auto list = redistribution({{8}, {{0}, {}}, {16, 4}}, {{8}, {{0}}, {64}}, 0);
  REQUIRE(list.operators.size() == 1);
  CHECK(list.operators[0] == RedistributionOperator{RedistributionKind::reshape, {8}});
}

TEST_CASE("layouts that do not nest are gathered, reshaped and split") {
  const auto list = redistribution({{2}, {{}, {0}}, {3, 8}}, {{2}, {{0}, {}}, {8, 3}}, 1);
  CHECK_FALSE(list.expandable);
  CHECK(list.operators ==
        RedistributionProgram{{RedistributionKind::all_concat, {0, 1, 1}},
                              {RedistributionKind::reshape, {8, 3}},
                              {RedistributionKind::strided_slice, {4, 0, 8, 3, 1, 1}}});
}

TEST_CASE("a gather of a later dimension is an AllGather, a Split and a Concat") {
  const auto list = redistribution({{4, 2}, {{1}, {0}}, {32, 256}}, {{8}, {{}, {}}, {32, 256}}, 0);
  CHECK(primitives(list.operators) ==
        List<std::string_view>{"AllGather", "AllGather", "Split", "Concat"});
}

TEST_CASE("other elements or devices are an error") {
  CHECK_THROWS_AS(redistribution({{2}, {{0}}, {8}}, {{2}, {{0}}, {4}}, 0), Error);
  CHECK_THROWS_AS(redistribution({{2}, {{0}}, {8}}, {{4}, {{0}}, {8}}, 0), Error);
}

TEST_CASE("the operators turn every layout into every other over one matrix") {
  for (const Axes& matrix : {Axes{2, 2, 2}, Axes{8}, Axes{2, 1, 2}})
    require_all_redistribute(test::every_layout(matrix, {8, 8}, false),
                             test::every_layout(matrix, {8, 8}, false));
  require_all_redistribute(test::every_layout({2, 2, 2}, {2, 2, 2}),
                           test::every_layout({2, 2, 2}, {2, 2, 2}));
}

TEST_CASE("the operators turn nested layouts into each other") {
  require_all_redistribute(test::every_layout({2, 2, 2}, {8, 8}),
                           test::every_layout({4, 2}, {8, 8}));
  require_all_redistribute(test::every_layout({2, 4}, {8, 8}),
                           test::every_layout({2, 2, 2}, {8, 8}));
}

TEST_CASE("the operators turn layouts over uneven matrices into each other") {
  const Axes matrices[] = {{2, 3}, {3, 2}, {6}, {1, 6}};
  for (const Axes& first : matrices)
    for (const Axes& second : matrices)
      require_all_redistribute(test::every_layout(first, {6, 12}),
                               test::every_layout(second, {6, 12}));
}

TEST_CASE("the operators reshape, also where the sizes do not nest") {
  const Dims shapes[] = {{4, 6}, {6, 4}, {24}, {3, 8}, {8, 3}, {2, 1, 12}};
  const Axes matrices[] = {{2, 2}, {4}};
  for (const Axes& first : matrices)
    for (const Axes& second : matrices)
      for (const Dims& a : shapes)
        for (const Dims& b : shapes)
          require_all_redistribute(test::every_layout(first, a), test::every_layout(second, b));
}
