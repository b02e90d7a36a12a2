// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/redistribution_operator.hpp>

using namespace tenon;

TEST_CASE("operators have MindSpore's names") {
  const RedistributionProgram program{{RedistributionKind::reshape, {2, 2}},
                                      {RedistributionKind::all_concat, {0, 1, 0}},
                                      {RedistributionKind::all_concat, {0, 1, 1}},
                                      {RedistributionKind::all_to_all, {0, 1, 0, 1}}};
  CHECK(text(program[1].kind) == "AllConcat");
  CHECK(primitives(program) ==
        List<std::string_view>{"Reshape", "AllGather", "AllGather", "Split", "Concat", "AlltoAll"});
}
