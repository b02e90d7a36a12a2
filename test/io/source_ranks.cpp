// SPDX-License-Identifier: Apache-2.0
// Answers of MindSpore 2.10; transform.cpp has the law.
#include <tenon/io/source_ranks.hpp>

#include <doctest/doctest.h>

#include <tenon/io/strategy.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

StrategyPlaces places(const std::string& name) {
  return StrategyPlaces(read_strategy(sample("strategy/" + name)));
}
using Ranks = std::vector<Index>;

}  // namespace

TEST_CASE("of seed8 the whole needs two files, in MindSpore's order") {
  const StrategyPlaces seed8 = places("seed8/strategy_rank0.ckpt"), alone;
  CHECK(source_ranks(seed8, alone, 0) == Ranks{2, 0});
  CHECK(source_ranks(alone, seed8, 5) == Ranks{0});
  for (Index rank = 0; rank < 8; ++rank) CHECK(source_ranks(seed8, seed8, rank) == Ranks{rank});
}

TEST_CASE("protobuf and JSON say the same") {
  const StrategyPlaces tp2 = places("tp2/strategy_rank0.ckpt"), alone;
  for (const std::string config : {"seed8", "layout8"}) {
    const StrategyPlaces protobuf = places(config + "/strategy_rank0.ckpt"),
                         json = places(config + "/strategy_rank0.json");
    for (Index rank = 0; rank < 2; ++rank) {
      CHECK(source_ranks(protobuf, tp2, rank) == source_ranks(json, tp2, rank));
      CHECK(source_ranks(tp2, protobuf, rank + 3) == source_ranks(tp2, json, rank + 3));
    }
    CHECK(source_ranks(protobuf, alone, 0) == source_ranks(json, alone, 0));
    for (Index rank = 0; rank < 8; ++rank) CHECK(source_ranks(json, protobuf, rank) == Ranks{rank});
  }
}

TEST_CASE("every stage is needed that has a parameter of the rank's") {
  const StrategyPlaces pipe8(
      merge_strategies({read_strategy(sample("strategy/pipe8/strategy_rank0.ckpt")),
                        read_strategy(sample("strategy/pipe8/strategy_rank4.ckpt"))})),
      alone, tp4 = places("tp4/strategy_rank0.ckpt");
  const Ranks all = source_ranks(pipe8, alone, 0);
  CHECK(all.front() >= 4);
  CHECK(all.back() < 4);
  CHECK(source_ranks(pipe8, tp4, 3).front() >= 4);
  CHECK(source_ranks(tp4, pipe8, 6).front() < 4);
}

TEST_CASE("what cannot be answered") {
  const StrategyPlaces tp2 = places("tp2/strategy_rank0.ckpt"), alone;
  CHECK(has(error_of([&] { source_ranks(alone, tp2, 2); }), "there is no rank 2: "));
  CHECK(has(error_of([&] { source_ranks(tp2, alone, -1); }),
            "there is no rank -1: no strategy is for 1 ranks"));
  const StrategyPlaces other(StrategyFile{"t", 1, {{"v", {{2}, {{-1}}, {}}, 0, 0, 0, false}}, {}});
  CHECK(has(error_of([&] { source_ranks(tp2, other, 1); }), "no parameter in common on rank 1"));
}
