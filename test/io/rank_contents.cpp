// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/rank_contents.hpp>

#include <doctest/doctest.h>

#include "cut_files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

std::string names(const std::vector<TensorSource>& sources) {
  std::string all;
  for (const TensorSource& source : sources) all += source.name + text(source.shape) + " ";
  return all;
}

}  // namespace

TEST_CASE("what no strategy names goes whole into every file, at the end, where it is one") {
  CutFiles cut;
  const StrategyPlaces alone;
  const auto contents = [&] {
    const ShardedTensors x = cut.open();
    const RankContents all(x, alone);
    std::string found = names(all.of(0));
    for (const LeftOut& out : all.left_out()) found += "without " + out.name + ": " + out.cause;
    return found;
  };
  CHECK(contents() == "w[4, 6] b[6] ");
  cut.strategy.layouts.erase(cut.strategy.layouts.begin() + 1);  // b is not named
  for (Index rank = 0; rank < 3; ++rank) cut.write(rank, {4, 3}, {6}, "epoch_num");
  CHECK(contents() == "w[4, 6] b[6] epoch_num[] ");
  cut.write(3, {4, 3}, {6}, "epoch_num", 8);
  CHECK(contents() ==
        "w[4, 6] b[6] without epoch_num: s.ckpt does not name it, and the files have "
        "different ones");
}

TEST_CASE("what the target does not name is carried where it is whole") {
  const CutFiles cut;
  const ShardedTensors x = cut.open();
  const StrategyPlaces only_w(
      StrategyFile{"t", 1, {{"w", {{3}, {{-1}, {0}}, {}}, 0, 0, 0, false}}, {}});
  CHECK(names(RankContents(x, only_w).of(2)) == "w[4, 2] b[6] ");
  const StrategyPlaces only_b(StrategyFile{"t", 1, {{"b", {{4}, {{0}}, {}}, 0, 0, 0, false}}, {}});
  const RankContents uneven(x, only_b);
  CHECK(names(uneven.of(0)) == "b[1] ");
  CHECK(names(uneven.of(3)) == "b[2] ");
  REQUIRE(uneven.left_out().size() == 1);
  CHECK(uneven.left_out()[0].cause == "t does not name it, and it is cut");
}

TEST_CASE("a layout that does not fit, or another network's, is refused at once") {
  const CutFiles cut;
  const ShardedTensors x = cut.open();
  const auto error = [&](const StoredLayout& stored) {
    const StrategyPlaces to(StrategyFile{"t.ckpt", 1, {stored}, {}});
    return cut.error([&] { RankContents(x, to); });
  };
  CHECK(error({"w", {{2}, {{-1}, {-1}, {0}}, {}}, 0, 0, 0, false}) ==
        "tenon: t.ckpt: w has the shape [4, 6], which the strategy file's layout does not fit: "
        "[[-1], [-1], [0]]");
  CHECK(error({"v", {{2}, {{-1}}, {}}, 0, 0, 0, false}) ==
        "tenon: t.ckpt names none of the parameters that x0.ckpt has: it is the strategy of "
        "another network");
}
