// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/strategy_places.hpp>

#include <doctest/doctest.h>

#include <tenon/io/strategy.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

StoredLayout layout(const std::string& name, const Axes& matrix) {
  return {name, {matrix, {{-1}}, {}}, 0, 0, 0, false};
}
StrategyPlaces places(const std::vector<StoredLayout>& layouts) {
  return StrategyPlaces(StrategyFile{"s.ckpt", 1, layouts, {}});
}

}  // namespace

TEST_CASE("MindSpore's files of two stages, merged, are for eight ranks") {
  const StrategyPlaces x(
      merge_strategies({read_strategy(sample("strategy/pipe8/strategy_rank0.ckpt")),
                        read_strategy(sample("strategy/pipe8/strategy_rank4.ckpt"))}));
  CHECK(x.ranks() == 8);
  CHECK(x.ranks_of_stage() == 4);
  REQUIRE(x.of("layer3.weight").size() == 1);
  CHECK(x.of("layer3.weight")[0].first_rank == 4);
  CHECK(x.of("layer1.weight")[0].first_rank == 0);
  CHECK(x.of("layer4.weight").empty());
  CHECK(x.names().front() == "layer1.bias");
}

TEST_CASE("without a strategy one rank has everything") {
  const StrategyPlaces x;
  CHECK(x.ranks() == 1);
  REQUIRE(x.of("any").size() == 1);
  CHECK(x.of("any")[0].distribution({3, 2}) == whole({3, 2}));
  CHECK(x.names().empty());
}

TEST_CASE("a parameter of several stages is on each; names with - of one stage are names") {
  const StrategyPlaces both = places({layout("0-w", {4}), layout("1-w", {4}), layout("1-b", {2})});
  CHECK(both.stages() == 2);
  CHECK(both.of("w").size() == 2);
  CHECK(both.of("b")[0].first_rank == 4);
  const StrategyPlaces one = places({layout("0-w", {4}), layout("w", {4})});
  CHECK(one.stages() == 1);
  CHECK(one.of("0-w").size() == 1);
}

TEST_CASE("what is no strategy of equal stages is refused") {
  CHECK(error_of([] {
          places({layout("v", {4}), layout("w", {3})});
        }) ==
        "tenon: s.ckpt: w is cut over 3 ranks, another parameter over 4, which is no multiple of "
        "it");
  CHECK(error_of([] {
          places({layout("0-v", {4}), layout("2-w", {4})});
        }) == "tenon: s.ckpt: it has 2 stages, the last is stage 2");
}

TEST_CASE("no file may say more ranks than there are anywhere") {
  const Index most = Index(1) << 20;
  CHECK(places({layout("w", {1 << 10, 1 << 10})}).ranks() == most);
  CHECK(error_of([&] {
          places({layout("w", {2, most})});
        }) ==
        "tenon: s.ckpt: w has the device matrix [2, 1048576]; legal: sizes of 1 or more, a "
        "product of at most 2^20");
  CHECK(has(error_of([&] { places({layout("w", {0})}); }), "w has the device matrix [0]"));
  CHECK(places({layout("0-w", {most / 2}), layout("1-w", {most / 2})}).ranks() == most);
  CHECK(error_of([&] {
          places({layout("0-w", {most / 2}), layout("2-w", {most / 2})});
        }) ==
        "tenon: s.ckpt: its last stage is stage 2, and stages are of 524288 ranks; legal: "
        "at most 2^20 ranks in all");
  CHECK(has(error_of([&] { places({layout("999999999-w", {2})}); }), "stage 999999999"));
}
