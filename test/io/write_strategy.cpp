// SPDX-License-Identifier: Apache-2.0
// Expected: the files that MindSpore 2.10 itself wrote of the same strategies, byte for byte.
#include <tenon/io/strategy.hpp>
#include <tenon/io/strategy_stages.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

const char* const files[] = {
    "seed8/strategy_rank0.ckpt",      "tp2/strategy_rank0.ckpt",     "tp4/strategy_rank0.ckpt",
    "seed8train/strategy_rank0.ckpt", "pipe8/strategy_rank0.ckpt",   "pipe8/strategy_rank4.ckpt",
    "layout8/strategy_rank0.ckpt",    "layout8/strategy_rank0.json", "seed8/strategy_rank0.json"};

StrategyFile read(std::string_view name) { return read_strategy(sample("strategy/").append(name)); }

}  // namespace

TEST_CASE("a strategy that is read and written again is the same file") {
  const Folder folder;
  for (const std::string name : files) {
    CAPTURE(name);
    const std::string path = folder / (name.ends_with(".json") ? "x.json" : "x.ckpt");
    write_strategy(path, read(name));
    CHECK(bytes_of(path) == bytes_of(sample("strategy/").append(name)));
  }
}

TEST_CASE("with their shapes the layouts of the protobuf form are MindSpore's JSON") {
  const Folder folder;
  for (const std::string name : {"layout8", "seed8"}) {
    StrategyFile file = read(std::string(name).append("/strategy_rank0.ckpt"));
    CHECK(has(error_of([&] { write_strategy(folder / "x.json", file); }), "has no shape"));
    for (StoredLayout& stored : file.layouts)
      stored.layout.shape = stored.name == "layer1.weight"   ? Dims{784, 512}
                            : stored.name == "layer2.weight" ? Dims{512, 512}
                            : stored.name == "layer3.weight" ? Dims{512, 10}
                            : stored.name == "layer3.bias"   ? Dims{10}
                                                             : Dims{512};
    write_strategy(folder / "x.json", file);
    CHECK(bytes_of(folder / "x.json") ==
          bytes_of(sample("strategy/").append(name).append("/strategy_rank0.json")));
  }
}

TEST_CASE("optimizer shards, fields and whole dimensions are written") {
  const Folder folder;
  StrategyFile file{"", 3, {{"w", {{2, 4}, {{}, {1, 0}}, {3, 8}}, 5, 4, -1}}, {{"Op_w", 1, {{}}}}};
  for (const char* name : {"x.ckpt", "x.json"}) {
    write_strategy(folder / name, file);
    const StrategyFile back = read_strategy(folder / name);
    CHECK(back.current_stage == 3);
    const StoredLayout& stored = back.layouts[0];
    CHECK(layout_of(stored, {3, 8}) == LayoutRecord{{2, 4}, {{-1}, {1, 0}}, {3, 8}});
    CHECK(stored.field == 5);
    CHECK(stored.opt_weight_shard_step == 4);
    CHECK(stored.opt_weight_shard_size == -1);
    CHECK(back.find_strategy("Op_w")->splits == std::vector<Dims>{{}});
  }
  file.layouts[0].name = "\xff";
  CHECK(has(error_of([&] { write_strategy(folder / "x.json", file); }), "is no UTF-8"));
}

TEST_CASE("a layout takes the shape of its parameter, or refuses it") {
  const StoredLayout vector{"b", {{2, 4}, {{1}, {0}}, {}}};
  CHECK(layout_of(vector, {16}) == LayoutRecord{{2, 4}, {{1, 0}}, {16}});
  CHECK(layout_of(vector, {4, 8}) == LayoutRecord{{2, 4}, {{1}, {0}}, {4, 8}});
  CHECK(has(error_of([&] { layout_of(vector, {4, 8, 2}); }), "b has the shape [4, 8, 2]"));
  CHECK(has(error_of([&] { layout_of(vector, {}); }), "does not fit: [[1], [0]]"));
  const StoredLayout flat{"w", {{2, 4}, {{1}, {0}, {-1}}, {2, 8, 3}}};
  CHECK(layout_of(flat, {16, 3}) == LayoutRecord{{2, 4}, {{1, 0}, {-1}}, {16, 3}});
  CHECK(layout_of(flat, {2, 8, 3}) == LayoutRecord{{2, 4}, {{1}, {0}, {-1}}, {2, 8, 3}});
  for (const Dims& shape : {Dims{4, 3}, Dims{16}, Dims{48, 2}, Dims{2, 8, 3, 1}, Dims{0, 3}})
    CHECK(has(error_of([&] { layout_of(flat, shape); }), "does not fit: [[1], [0], [-1]] of [2"));
}

TEST_CASE("the stages of a pipeline become one file") {
  const StrategyFile first = read("pipe8/strategy_rank0.ckpt");
  const StrategyFile second = read("pipe8/strategy_rank4.ckpt");
  const StrategyFile merged = merge_strategies({first, second, second});
  CHECK(merged.current_stage == 1);
  CHECK(merged.layouts.size() == 6);
  CHECK(merged.strategies.size() == first.strategies.size() + second.strategies.size());
  CHECK(merged.find("0-layer2.weight")->layout == first.find("layer2.weight")->layout);
  CHECK(merged.find("1-layer3.bias")->layout == second.find("layer3.bias")->layout);
  const Folder folder;
  write_strategy(folder / "x.ckpt", merged);
  CHECK(read_strategy(folder / "x.ckpt").find("1-layer3.weight") != nullptr);
  CHECK(has(error_of([&] { merge_strategies({merged}); }), "has operators of stage 0 and of 1"));
  CHECK(has(error_of([&] { merge_strategies({StrategyFile{"x", 1, {}, {}}}); }), "x cannot be"));
}

TEST_CASE("a merged name is a stage and a name, which may have a dash of its own") {
  static_assert(stage_name("1-layer-3.weight").stage == 1);
  static_assert(stage_name("1-layer-3.weight").name == "layer-3.weight");
  static_assert(stage_name("layer-3.weight").stage == -1);
  static_assert(stage_name("12").stage == -1 && stage_name("").stage == -1);
  static_assert(stage_name("-w").stage == -1 && stage_name("9999999999-w").stage == -1);
}

TEST_CASE("only the trainable parameters are kept, with the operators named after them") {
  const StrategyFile all = read("seed8train/strategy_rank0.ckpt");
  const StrategyFile some = only_trainable(
      all, [](std::string_view name) { return name != "layer1.weight" && name != "layer2.bias"; });
  CHECK(some.layouts.size() == all.layouts.size() - 2);
  CHECK(some.find("layer1.weight") == nullptr);
  CHECK(some.find("moments.layer1.weight") != nullptr);
  CHECK(some.find_strategy("MatMul_layer1.weight") == nullptr);
  CHECK(some.find_strategy("Add_layer1.bias") != nullptr);
  CHECK(some.strategies.size() == all.strategies.size() - 2);
}

TEST_CASE("an uneven cut by several axes has no JSON form that could be read") {
  const Folder folder;
  StrategyFile file{"", 1, {{"w", {{2, 2, 2}, {{2, 0}, {-1}}, {7, 6}}}}, {}};
  CHECK(error_of([&] { write_strategy(folder / "x.json", file); }) ==
        "tenon: w has the shape [7, 6], and the axes [2, 0] of [2, 2, 2] cut 7 unevenly, which the "
        "JSON form of a strategy file cannot say; the protobuf form (.ckpt) can");
  CHECK(folder.count() == 0);
  write_strategy(folder / "x.ckpt", file);
  const LayoutRecord expected{{2, 2, 2}, {{2, 0}, {-1}}, {7, 6}};
  CHECK(layout_of(read_strategy(folder / "x.ckpt").layouts[0], {7, 6}) == expected);
  file.layouts[0].layout.shape = {6, 6};  // three rows on each half, then two and one
  write_strategy(folder / "x.json", file);
  CHECK(layout_of(read_strategy(folder / "x.json").layouts[0], {6, 6}).tensor_map ==
        expected.tensor_map);
}

TEST_CASE("files of the ranks of a stage are one, and must be equal") {
  const Folder folder;
  const auto put = [&](int rank, std::string_view name) {
    write_strategy(folder / ("s_" + std::to_string(rank) + ".ckpt"), read(name));
  };
  put(0, "pipe8/strategy_rank0.ckpt");
  put(1, "pipe8/strategy_rank0.ckpt");
  CHECK(strategy_protobuf(read_strategies(folder / "s_{}.ckpt")) ==
        strategy_protobuf(read("pipe8/strategy_rank0.ckpt")));
  put(4, "pipe8/strategy_rank4.ckpt");
  CHECK(read_strategies(folder / "s_{}.ckpt").layouts.size() ==
        read("pipe8/strategy_rank0.ckpt").layouts.size() +
            read("pipe8/strategy_rank4.ckpt").layouts.size());
  put(5, "tp4/strategy_rank0.ckpt");  // of stage 0, as an older run left it
  const std::string wrong = error_of([&] { read_strategies(folder / "s_{}.ckpt"); });
  CHECK(has(wrong, folder / "s_0.ckpt"));
  CHECK(has(wrong, folder / "s_5.ckpt"));
  CHECK(has(wrong, "are of one stage and differ"));
}
