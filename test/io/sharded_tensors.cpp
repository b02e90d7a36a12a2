// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/sharded_tensors.hpp>

#include <doctest/doctest.h>

#include "cut_files.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("MindSpore's slices of seed8 are of its whole tensors") {
  const std::string data = std::string(TENON_EXAMPLE_DATA).append("/seed8/");
  const ShardedTensors x(files_of(data + "rank_{}/mlp{}.ckpt", 8),
                         StrategyPlaces(read_strategy(data + "strategy.ckpt")));
  REQUIRE(x.tensors().size() == 6);
  CHECK(x.at("layer1.weight").shape() == Dims{784, 512});
  CHECK(x.at("layer3.weight").shape() == Dims{512, 10});
  CHECK(x.at("layer3.bias").is_whole());
  CHECK(x.unplaced().empty());
  CHECK(x.absent().empty());
}

TEST_CASE("replicas may be left out, blocks may not") {
  CutFiles cut;
  cut.write(1, {}, {6});
  cut.write(2, {}, {6});
  cut.write(3, {4, 3}, {});
  const ShardedTensors x = cut.open();
  CHECK(x.at("w").shape() == Dims{4, 6});
  CHECK(x.at("w").holder(1) == 0);
  CHECK(x.at("w").holder(2) == 3);
  cut.write(3, {}, {6});
  CHECK(cut.error() ==
        "tenon: w: [0:4, 3:6] of [4, 6] is missing: it should be on one of the "
        "ranks 2, 3");
}

TEST_CASE("what does not fit is named") {
  CutFiles cut;
  SUBCASE("a slice of another shape") {
    cut.write(2, {4, 2});
    CHECK(cut.error() ==
          "tenon: x0.ckpt: w has the shape [4, 3], expected [4, 2]: the slice [0:4, 0:2] of [4, "
          "5]; 2:3 of dimension 1 would be there twice");
  }
  SUBCASE("a replicated parameter of another shape") {
    cut.write(2, {4, 3}, {5});
    CHECK(has(cut.error(), "tenon: x2.ckpt: b has the shape [5], expected [6]"));
  }
  SUBCASE("other elements") {
    const std::vector<double> other(12);
    write_checkpoint(cut.path(1), std::vector<TensorSource>{{"w", other, Dims{4, 3}}});
    CHECK(cut.error() ==
          "tenon: x1.ckpt: w is of float64 [4, 3], on another rank it is of float32 "
          "[4, 3]");
  }
  SUBCASE("a file is not there") {
    std::filesystem::remove(cut.path(3));
    CHECK(cut.error() == "tenon: cannot read x3.ckpt: it does not exist");
  }
  SUBCASE("too few files") {
    CHECK(error_of([&] { ShardedTensors({cut.path(0)}, StrategyPlaces(cut.strategy)); }) ==
          "tenon: s.ckpt is for 4 files, one for each rank, 1 are given");
  }
  SUBCASE("another network") {
    for (StoredLayout& stored : cut.strategy.layouts) stored.name = "other." + stored.name;
    CHECK(cut.error() ==
          "tenon: x0.ckpt and the files of its other ranks have none of the parameters that s.ckpt "
          "names: these begin with other.b, those with b; it is the strategy of another network, "
          "or the files are others");
  }
  SUBCASE("a parameter of another stage") {
    cut.strategy.layouts = {{"0-w", {{2}, {{-1}, {0}}, {}}, 0, 0, 0, false},
                            {"1-b", {{2}, {{-1}}, {}}, 0, 0, 0, false}};
    CHECK(cut.error() == "tenon: x0.ckpt has b, which s.ckpt puts on other ranks");
  }
}

TEST_CASE("what the strategy does not name is set aside, what no file has is told") {
  CutFiles cut;
  cut.write(1, {4, 3}, {6}, "epoch_num");
  cut.strategy.layouts.push_back({"moments.w", {{2, 2}, {{-1}}, {}}, 0, 0, 0, false});
  const ShardedTensors x = cut.open();
  REQUIRE(x.unplaced().size() == 1);
  CHECK(x.unplaced()[0].name == "epoch_num");
  CHECK(x.unplaced()[0].has(1));
  CHECK(!x.unplaced()[0].has(0));
  CHECK(x.absent() == std::vector<std::string>{"moments.w"});
}

TEST_CASE("of some files, shapes are known where cuts are even") {
  CutFiles cut;
  std::filesystem::remove(cut.path(0));
  std::filesystem::remove(cut.path(1));
  CHECK(cut.open({.some_files = true}).at("w").shape() == Dims{4, 6});
  CHECK(has(error_of([&] { cut.open({.some_files = true}).at("w").holder(0); }),
            "w: [0:4, 0:3] of [4, 6] is missing"));
  cut.strategy.layouts[0].layout = {{4}, {{-1}, {0}}, {}};
  cut.write(3, {4, 2});
  CHECK(has(cut.error({.some_files = true}), "give the files of all ranks"));
}

TEST_CASE("blocks that are larger together than any file are refused") {
  const Folder folder;
  const Index large = Index(1) << 60;
  const auto error = [&](const AxisMap& map, const Dims& slice) {
    for (Index rank = 0; rank < 2; ++rank)
      write_checkpoint(folder / "x" + text(rank) + ".ckpt",
                       std::vector<TensorSource>{{"w", std::span<const float>(), slice}});
    return error_of([&] {
      ShardedTensors(files_of(folder / "x{}.ckpt", 2),
                     StrategyPlaces(StrategyFile{"s.ckpt", 1, {{"w", {{2}, map, {}}}}, {}}));
    });
  };
  CHECK(error({{-1}, {0}}, {0, large / 2}) == "");
  CHECK(error({{-1}, {0}}, {0, large}) ==
        "tenon: w: blocks as [0, 1152921504606846976], in [1, 2] parts, are more than 2^63 - 1 "
        "bytes together");
}
