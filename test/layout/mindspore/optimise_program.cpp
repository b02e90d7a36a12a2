// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/optimise_program.hpp>

using namespace tenon;

TEST_CASE("gathers that continue each other are one") {
  const RedistributionProgram program{{RedistributionKind::all_concat, {0, 2, 0}},
                                      {RedistributionKind::all_concat, {0, 4, 0}}};
  CHECK(optimised(program, {2, 8}) ==
        RedistributionProgram{{RedistributionKind::all_concat, {0, 2, 4, 6, 0}}});
}

TEST_CASE("gathers come before slices and slices of one dimension are one") {
  const RedistributionProgram program{{RedistributionKind::strided_slice, {4, 0, 8, 8, 1, 1}},
                                      {RedistributionKind::all_concat, {0, 1, 1}},
                                      {RedistributionKind::strided_slice, {2, 0, 4, 16, 1, 1}}};
  CHECK(optimised(program, {8, 8}) ==
        RedistributionProgram{{RedistributionKind::all_concat, {0, 1, 1}},
                              {RedistributionKind::strided_slice, {6, 0, 8, 16, 1, 1}}});
}

TEST_CASE("a gather after sizes of one is along dimension zero") {
  const RedistributionProgram program{{RedistributionKind::reshape, {1, 4, 8}},
                                      {RedistributionKind::all_concat, {0, 4, 1}},
                                      {RedistributionKind::reshape, {8, 8}}};
  CHECK(optimised(program, {4, 8}) ==
        RedistributionProgram{{RedistributionKind::all_concat, {0, 4, 0}}});
}

TEST_CASE("short lists and all-to-alls are left as they are") {
  const RedistributionProgram permutes{{RedistributionKind::reshape, {2, 8}},
                                       {RedistributionKind::all_to_all, {0, 1, 0, 1}}};
  CHECK(optimised(permutes, {16}) == permutes);
}
