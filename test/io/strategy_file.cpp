// SPDX-License-Identifier: Apache-2.0
// Expected values: the files' own fields, which MindSpore 2.10 wrote for 8 devices, and its JSON
// of the same layouts.
#include <protozero/pbf_writer.hpp>

#include <tenon/io/strategy_file.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

using Numbers = std::vector<Index>;

std::string list(const Numbers& numbers) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  for (Index number : numbers) writer.add_int64(1, number);
  return bytes;
}

/// One layout of a strategy file, as MindSpore writes it.
std::string layout(std::string_view name, const Numbers& device_matrix,
                   const std::vector<Numbers>& maps, const Numbers& split_by_hand = {}) {
  std::string layouts, item, file;
  protozero::pbf_writer layouts_writer(layouts), item_writer(item), writer(file);
  layouts_writer.add_message(1, list(device_matrix));
  for (const Numbers& map : maps) layouts_writer.add_message(2, list(map));
  layouts_writer.add_message(3, list(split_by_hand));
  layouts_writer.add_message(4, list({}));
  layouts_writer.add_int32(5, 4);
  layouts_writer.add_int32(6, 1);
  layouts_writer.add_int32(7, -1);
  item_writer.add_string(1, name.data(), name.size());
  item_writer.add_message(2, layouts);
  writer.add_message(3, item);
  return file;
}

const std::string begin = "\x08\x01";  // current_stage: 1

std::string error_of_strategy(std::string_view bytes) {
  const Folder folder;
  const std::string path = folder.write("x.ckpt", bytes);
  return error_of([&] { read_strategy_file(path); });
}
std::string error_of_layout(const Numbers& device_matrix, const std::vector<Numbers>& maps) {
  return error_of_strategy(std::string(begin).append(layout("w", device_matrix, maps)));
}

}  // namespace

TEST_CASE("the layouts of the tutorial's strategy are read") {
  const StrategyFile file = read_strategy_file(sample("strategy/seed8/strategy_rank0.ckpt"));
  CHECK(file.current_stage == 2);
  REQUIRE(file.layouts.size() == 6);
  CHECK(file.layouts[0].name == "layer2.bias");
  const auto layout = [&](const char* name) { return file.find(name)->layout; };
  CHECK(layout("layer1.weight") == LayoutRecord{{2, 2, 2}, {{-1}, {1}}, {}});
  CHECK(layout("layer1.bias") == LayoutRecord{{8}, {{-1}}, {}});
  CHECK(layout("layer2.weight") == LayoutRecord{{8}, {{-1}, {-1}}, {}});
  CHECK(layout("layer2.bias") == LayoutRecord{{8}, {{-1}}, {}});
  CHECK(layout("layer3.weight") == LayoutRecord{{2, 2, 2}, {{1}, {-1}}, {}});
  CHECK(layout("layer3.bias") == LayoutRecord{{8}, {{-1}}, {}});
  CHECK(file.find("layer4.bias") == nullptr);
  CHECK(file.layouts[0].field == 0);
  CHECK(file.layouts[0].opt_weight_shard_step == 0);
}

TEST_CASE("the strategies of the operators are read") {
  const StrategyFile file = read_strategy_file(sample("strategy/seed8/strategy_rank0.ckpt"));
  REQUIRE(file.strategies.size() == 6);
  CHECK(file.strategies[0].name == "MatMul_layer3.weight");
  CHECK(file.strategies[0].splits == std::vector<Dims>{{2, 2}, {2, 1}});
  CHECK(file.find_strategy("MatMul_layer1.weight")->splits == std::vector<Dims>{{2, 1}, {1, 2}});
  CHECK(file.find_strategy("Add_layer1.bias")->splits == std::vector<Dims>{{8, 1}, {1}});
  CHECK(file.find_strategy("MatMul") == nullptr);
}

TEST_CASE("a dimension that several axes cut has them all, and its operator has no strategy") {
  const StrategyFile file = read_strategy_file(sample("strategy/layout8/strategy_rank0.ckpt"));
  CHECK(file.find("layer1.weight")->layout == LayoutRecord{{2, 2, 2}, {{-1}, {1, 0}}, {}});
  CHECK(file.find("layer2.weight")->layout == LayoutRecord{{2, 2, 2}, {{1, 0}, {-1}}, {}});
  CHECK(file.find("layer3.weight")->layout == LayoutRecord{{2, 2, 2}, {{0, 1}, {-1}}, {}});
  CHECK(file.find("layer3.bias")->layout == LayoutRecord{{8}, {{-1}}, {}});
  CHECK(file.find_strategy("MatMul_layer1.weight")->splits.empty());
}

TEST_CASE("each stage of a pipeline has its own file") {
  const StrategyFile first = read_strategy_file(sample("strategy/pipe8/strategy_rank0.ckpt"));
  const StrategyFile second = read_strategy_file(sample("strategy/pipe8/strategy_rank4.ckpt"));
  CHECK(first.layouts.size() == 4);
  CHECK(second.layouts.size() == 2);
  CHECK(first.find("layer2.weight")->layout == LayoutRecord{{2, 2}, {{1}, {0}}, {}});
  CHECK(first.find_strategy("Add_layer1.bias")->stage == 0);
  CHECK(second.find_strategy("Add_layer3.bias")->stage == 1);
}

TEST_CASE("layer 1 by columns and layer 2 by rows leave layer 3 whole") {
  for (Index devices : {2, 4}) {
    const StrategyFile file = read_strategy_file(
        sample(std::string("strategy/tp").append(text(devices)).append("/strategy_rank0.ckpt")));
    CHECK(file.find("layer1.weight")->layout == LayoutRecord{{devices}, {{-1}, {0}}, {}});
    CHECK(file.find("layer2.weight")->layout == LayoutRecord{{devices}, {{0}, {-1}}, {}});
    CHECK(file.find("layer3.weight")->layout == LayoutRecord{{devices}, {{-1}, {-1}}, {}});
  }
}

TEST_CASE("a strategy with optimizer state holds its layouts too") {
  const StrategyFile file = read_strategy_file(sample("strategy/seed8train/strategy_rank0.ckpt"));
  CHECK(file.layouts.size() == 12);
  CHECK(file.find("moments.layer1.weight")->layout == file.find("layer1.weight")->layout);
}

TEST_CASE("names of stages, shards of the optimizer and packed numbers are read as they are") {
  const Folder folder;
  const std::string packed =
      "\x1a\x10\x0a\x01p\x12\x0b\x0a\x04\x0a\x02\x02\x04\x12\x03\x0a\x01\x01";
  const auto bytes =
      std::string(begin).append(layout("1-layer.weight", {2, 4}, {{-1, 0}})).append(packed);
  const StrategyFile file = read_strategy_file(folder.write("merged.ckpt", bytes));
  const StoredLayout& stored = *file.find("1-layer.weight");
  CHECK(stored.layout == LayoutRecord{{2, 4}, {{-1}, {0}}, {}});
  CHECK(stored.field == 4);
  CHECK(stored.opt_weight_shard_step == 1);
  CHECK(stored.opt_weight_shard_size == -1);
  CHECK(file.find("p")->layout == LayoutRecord{{2, 4}, {{1}}, {}});
}

TEST_CASE("a file that is no strategy file is named by what it is") {
  const auto error = [](const char* name) {
    return error_of([&] { read_strategy_file(sample(name)); });
  };
  CHECK(has(error("ckpt/variants/crc.ckpt"),
            "crc.ckpt is no strategy file: it is a MindSpore checkpoint"));
  CHECK(has(error("ckpt/variants/enc_AES-GCM.ckpt"), "it is encrypted by MindSpore"));
  CHECK(has(error("ckpt/bad/empty.ckpt"), "empty.ckpt is empty"));
  CHECK(has(error("strategy/seed8/strategy_rank0.json"), "is JSON text"));
  CHECK(has(error("strategy/none.ckpt"), "it does not exist"));
  CHECK(has(error_of_strategy("some text"), "is no strategy file: at byte 0"));
  CHECK(has(error_of_strategy("\x08\x04\x12\x09MindSpore"), "it is an ONNX model"));
  const std::string strategy(
      "\x12\x08\x0a\x02"
      "Op\x12\x02\x08\x00",
      10);
  CHECK(
      has(error_of_strategy(std::string(begin).append(strategy)), "no layouts, only 1 strategies"));
  CHECK(has(error_of_strategy(begin), "no layouts, only 0 strategies"));
}

TEST_CASE("layouts are not believed") {
  CHECK(error_of_layout({2, 4}, {{1, 0}}) == "");
  CHECK(error_of_layout({8}, {{}}) == "");  // a scalar
  CHECK(has(error_of_layout({2, 0}, {{-1}}), "w has the device matrix [2, 0]"));
  CHECK(has(error_of_layout({-2}, {{-1}}), "w has the device matrix [-2]"));
  CHECK(has(error_of_layout({1 << 20, 1 << 20}, {{-1}}), "a product of at most 2^20"));
  CHECK(has(error_of_layout({2, 4}, {{2}}),
            "an axis that the device matrix has not: w, dimension 0"));
  CHECK(has(error_of_layout({2, 4}, {{-2}}), "value: -2"));
  CHECK(has(error_of_layout({2, 4}, {{0, 0}}), "an axis of the device matrix cuts twice"));
  CHECK(has(error_of_layout({2, 4}, {{0, 1}, {1}}), "an axis of the device matrix cuts twice"));
  CHECK(has(error_of_layout({2}, {Numbers(9, -1)}), "more than 8 dimensions"));
  CHECK(has(error_of_layout({2}, std::vector<Numbers>(9, Numbers{-1})), "more than 8 dimensions"));
  CHECK(has(error_of_layout(Numbers(17, 1), {{-1}}), "more than 16 dimensions or axes"));
  CHECK(has(error_of_layout({2}, {}), "not one device matrix and a tensor map"));
  const std::string one = layout("w", {2}, {{0}});
  CHECK(has(error_of_strategy(std::string(begin).append(one).append(one)), "a second layout of w"));
  const std::string by_hand = layout("w", {2}, {{0}}, {0, 3});
  CHECK(has(error_of_strategy(std::string(begin).append(by_hand)), "cut by hand"));
}

TEST_CASE("a strategy file cut anywhere is refused, or has fewer layouts where an item ends") {
  const Folder folder;
  const std::string whole = bytes_of(sample("strategy/layout8/strategy_rank0.ckpt"));
  int prefixes = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const std::string path = folder.write("cut.ckpt", whole.substr(0, size));
    std::size_t layouts = 0;
    const std::string error = error_of([&] { layouts = read_strategy_file(path).layouts.size(); });
    prefixes += error.empty();
    REQUIRE((error.empty() ? layouts > 0 && layouts < 6 : has(error, path)));
  }
  CHECK(prefixes == 5);  // after each of the six layouts but the last
}

TEST_CASE("a flipped bit in a strategy file is an error or another legal layout") {
  const Folder folder;
  const std::string whole = bytes_of(sample("strategy/layout8/strategy_rank0.ckpt"));
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = char(bytes[bit / 8] ^ 1 << bit % 8);
    const std::string path = folder.write("flipped.ckpt", bytes);
    CAPTURE(bit);
    StrategyFile file;
    const std::string error = error_of([&] { file = read_strategy_file(path); });
    REQUIRE((error.empty() || has(error, path)));
    refused += !error.empty();
    for (const StoredLayout& stored : file.layouts) {
      LayoutRecord record = stored.layout;
      record.shape = Dims::filled(record.tensor_map.size(), 1);
      REQUIRE(!examine(record));
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("more than a reader of constant memory takes is refused") {
  std::string bytes = begin;
  for (int i = 0; i <= 1 << 16; ++i) bytes += "\x12\x03\x0a\x01x";
  CHECK(has(error_of_strategy(bytes), "more than 65536 strategies"));
  std::string inputs = "\x0a\x01x\x12\x22";
  for (int i = 0; i <= 16; ++i) inputs.append("\x12\x00", 2);
  CHECK(has(error_of_strategy(std::string(begin).append("\x12\x27").append(inputs)),
            "more than 16 inputs"));
}
