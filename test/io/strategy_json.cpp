// SPDX-License-Identifier: Apache-2.0
// Expected: the files that MindSpore 2.10 itself wrote of the same strategies, byte for byte.
#include <tenon/io/strategy.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// A file of one layout with those fields.
std::string layout(std::string_view fields) {
  return std::string(R"({"current_stage":2,"parallel_layout_item":{"w":{)").append(fields)
      .append(R"(,"field":0,"opt_weight_shard_size":-1,"opt_weight_shard_step":4}}})");
}
std::string error_of_text(std::string_view text) {
  const Folder folder;
  const std::string path = folder.write("x.json", text);
  const std::string error = error_of([&] { read_strategy(path); });
  CHECK((error.empty() || has(error, path)));
  return error;
}
std::string error_of_layout(std::string_view matrix, std::string_view map, std::string_view shape) {
  return error_of_text(layout(std::string("\"dev_matrix\":").append(matrix)
                                  .append(",\"tensor_map\":").append(map)
                                  .append(",\"tensor_shape\":").append(shape)));
}

}  // namespace

TEST_CASE("both forms of a file say the same of every parameter") {
  const auto shape = [](std::string_view name) {
    if (name == "layer1.weight") return Dims{784, 512};
    if (name == "layer2.weight") return Dims{512, 512};
    if (name == "layer3.weight") return Dims{512, 10};
    return name == "layer3.bias" ? Dims{10} : Dims{512};
  };
  for (const char* folder : {"seed8", "layout8"}) {
    const std::string name = sample("strategy/").append(folder).append("/strategy_rank0");
    const StrategyFile protobuf = read_strategy(std::string(name).append(".ckpt"));
    const StrategyFile json = read_strategy(std::string(name).append(".json"));
    CHECK(json.current_stage == protobuf.current_stage);
    REQUIRE(json.layouts.size() == protobuf.layouts.size());
    for (const StoredLayout& stored : protobuf.layouts)
      CHECK(layout_of(stored, shape(stored.name)) ==
            layout_of(*json.find(stored.name), shape(stored.name)));
    REQUIRE(json.strategies.size() == protobuf.strategies.size());
    for (const StoredStrategy& stored : protobuf.strategies)
      CHECK(json.find_strategy(stored.name)->splits == stored.splits);
  }
}

TEST_CASE("a dimension that several axes cut is several, as it stands in the file") {
  const StrategyFile file = read_strategy(sample("strategy/layout8/strategy_rank0.json"));
  CHECK(file.find("layer1.weight")->layout ==
        LayoutRecord{{2, 2, 2}, {{-1}, {1}, {0}}, {784, 2, 256}});
  CHECK(file.find("layer3.bias")->layout == LayoutRecord{{8}, {{-1}}, {10}});
}

TEST_CASE("JSON as Python writes it is read, with optimizer shards") {
  const Folder folder;
  const std::string text =
      R"({"current_stage": 1, "parallel_strategy_item": {"Op_w": {"stage": 1, )"
      R"("parallel_strategy": [[2, 1], []]}}, "parallel_layout_item": {"1-w": {"dev_matrix": )"
      R"([2, 4], "field": 3, "opt_weight_shard_size": -1, "opt_weight_shard_step": 4, )"
      R"("tensor_map": [0, -1], "tensor_shape": [8, 3]}}})";
  const StrategyFile file = read_strategy(folder.write("x.ckpt", text));  // told by its content
  const StoredLayout& stored = *file.find("1-w");
  CHECK(stored.layout == LayoutRecord{{2, 4}, {{0}, {-1}}, {8, 3}});
  CHECK(stored.field == 3);
  CHECK(stored.opt_weight_shard_size == -1);
  CHECK(stored.opt_weight_shard_step == 4);
  CHECK(file.find_strategy("Op_w")->splits == std::vector<Dims>{{2, 1}, {}});
  CHECK(file.find_strategy("Op_w")->stage == 1);
}

TEST_CASE("layouts in JSON are not believed") {
  CHECK(error_of_layout("[2,4]", "[1,-1]", "[8,3]") == "");
  CHECK(error_of_layout("[8]", "[]", "[]") == "");
  CHECK(has(error_of_layout("[2,0]", "[-1]", "[8]"), "w has the device matrix [2, 0]"));
  CHECK(has(error_of_layout("[2]", "[1]", "[8]"), "an axis that the device matrix has not: w"));
  CHECK(has(error_of_layout("[2]", "[0,0]", "[8,8]"), "an axis of the device matrix cuts twice"));
  CHECK(has(error_of_layout("[2]", "[0]", "[8,8]"), "of other sizes"));
  CHECK(has(error_of_layout("[2]", "[0]", "[-8]"), "w has the shape [-8]"));
  CHECK(has(error_of_layout("[2]", "[[0]]", "[8]"), "tensor_map is a list of numbers"));
  CHECK(has(error_of_layout("[2]", "0", "[8]"), "w has no such tensor_map"));
  CHECK(has(error_of_layout("[2]", "[0]", "[0.5]"), "no such value here"));
  CHECK(has(error_of_layout("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0]", "[8]"), "than 16 dim"));
  CHECK(has(error_of_layout("[2]", "[0,1,2,3,4,5,6,7,8]", "[8]"), "more than 8 dimensions"));
  CHECK(has(error_of_text(layout("\"dev_matrix\":[2],\"tensor_map\":[0]")), "lacks its dev_m"));
  CHECK(has(error_of_text(layout("\"dev_matrix\":[2],\"dev_matrix\":[2]")), "dev_matrix twice"));
  CHECK(has(error_of_text(layout("\"param_split_shape\":[2]")), "cut by hand"));
  CHECK(has(error_of_text(layout("\"colour\":2")), "w has no such colour"));
  CHECK(has(error_of_text("{\"current_stage\":2}"), "it has no layouts"));
  CHECK(has(error_of_text("{\"parallel_strategy_item\":{\"x\":{\"stage\":0}}}"), "lacks its"));
  CHECK(has(error_of_text("{\"weight_map\":{}}"), "no such value here"));
  CHECK(has(error_of_text("{"), "at byte 0: here it is no JSON"));
  const std::string w = R"("w":{"dev_matrix":[2],"tensor_map":[0],"tensor_shape":[2]})";
  CHECK(has(error_of_text(std::string("{\"parallel_layout_item\":{").append(w).append(",")
                              .append(w).append("}}")), "a second layout of w"));
}

TEST_CASE("a JSON strategy cut anywhere is refused, a flipped bit is an error or legal layouts") {
  const std::string whole = bytes_of(sample("strategy/layout8/strategy_rank0.json"));
  const auto parse = [](std::string_view text) {
    return parse_strategy_json(std::span(text.data(), text.size()), "x");
  };
  cut_everywhere(whole, [&](std::string_view bytes, std::size_t size) {
    CAPTURE(size);
    REQUIRE(has(error_of([&] { parse(bytes); }), "x"));
  });
  flip_every_bit(whole, [&](std::string_view bytes, std::size_t bit) {
    CAPTURE(bit);
    StrategyFile file;
    const std::string error = error_of([&] { file = parse(bytes); });
    REQUIRE((error.empty() || has(error, "x")));
    for (const StoredLayout& stored : file.layouts) REQUIRE(!examine(stored.layout));
  });
}
