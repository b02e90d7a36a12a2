// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/slice_form.hpp>

using namespace tenon;

TEST_CASE("a strided slice and the block that it takes are written as each other") {
  const RedistributionProgram strided{{RedistributionKind::strided_slice, {0, 12, 4, 16, 1, 1}},
                                      {RedistributionKind::strided_slice, {2, 0, 4, 4, 1, 1}}};
  RedistributionProgram program = strided;
  detail::to_slices(program, {4, 16});
  CHECK(program == RedistributionProgram{{RedistributionKind::slice, {1, 4, 3}},
                                         {RedistributionKind::slice, {0, 2, 1}}});
  detail::to_strided_slices(program, {4, 16});
  CHECK(program == strided);
}

TEST_CASE("shapes follow the operators") {
  const auto shapes = detail::shapes_after({{RedistributionKind::reshape, {2, 8}},
                                            {RedistributionKind::all_concat, {0, 1, 2, 1}},
                                            {RedistributionKind::slice, {0, 2, 1}}},
                                           {16});
  CHECK(shapes == List<List<Index>>{{2, 8}, {2, 24}, {1, 24}});
}
