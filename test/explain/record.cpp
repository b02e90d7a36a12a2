// SPDX-License-Identifier: Apache-2.0
/// The layouts of record of whole networks are those in the files that MindSpore itself wrote.
#include <doctest/doctest.h>

#include <fstream>

#include "../../examples/explain/network_text.hpp"

using namespace tenon;
using namespace tenon::explain;

namespace {

json read(const std::string& name) {
  const std::string path = std::string(TENON_TEST_DATA "/mindspore/strategy/").append(name);
  std::ifstream file(path);
  REQUIRE_MESSAGE(file, path, " cannot be read");
  return json::parse(file);
}

NetworkRecord record(Index devices, Index batch) {
  return network_record(trace(Network(devices), {{{batch, 28, 28}}}), devices);
}

}  // namespace

TEST_CASE("the tutorial's strategies on eight devices") {
  const json made = to_json(record(8, 32)), file = read("seed8/strategy_rank0.json");
  CHECK(made.at("refused") == json());
  CHECK(made.at("parallel_strategy_item") == file.at("parallel_strategy_item"));
  for (const auto& [name, item] : file.at("parallel_layout_item").items())
    CHECK(made.at("parallel_layout_item").at(name) == item);
  const json layouts = read("seed8/layout_rank0.json");
  CHECK(made.at("slice_shape").size() == layouts.size());
  for (const auto& item : layouts.items()) {
    CAPTURE(item.key());
    const json& made_item = made.at("parallel_layout_item").at(item.key());
    CHECK(made_item.at("dev_matrix") == item.value().at("dev_matrix"));
    CHECK(made.at("slice_shape").at(item.key()) == item.value().at("slice_shape"));
  }
}

TEST_CASE("several axes on one dimension") {
  const json file = read("layout8/strategy_rank0.json").at("parallel_layout_item");
  const auto check = [&](const std::string& name, const AxisMap& map, const Dims& shape) {
    const ParameterLayout p = parameter_layout({{2, 2, 2}, map, shape});
    CHECK(to_json(p.device_matrix) == file.at(name).at("dev_matrix"));
    CHECK(to_json(p.tensor_map) == file.at(name).at("tensor_map"));
    CHECK(to_json(p.expanded_shape) == file.at(name).at("tensor_shape"));
  };
  check("layer1.weight", {{-1}, {1, 0}}, {784, 512});
  check("layer2.weight", {{1, 0}, {-1}}, {512, 512});
  check("layer3.weight", {{0, 1}, {-1}}, {512, 10});
}

TEST_CASE("the batch of the compile decides what is batch-parallel, and what MindSpore refuses") {
  const json four = to_json(record(8, 4));
  CHECK(four.at("parallel_strategy_item").at("MatMul_layer2.weight").at("parallel_strategy") ==
        json::parse("[[4, 1], [1, 1]]"));
  CHECK(refused(record(8, 4)) == "");
  CHECK(refused(record(8, 1)).find("size: 1, parts: 2") != std::string::npos);
}

TEST_CASE("MindSpore's own plan: five collectives and 80352 bytes; Tenon's: three and 18304") {
  const Plan theirs = tutorial_plan(8, 32, true).plan, ours = tutorial_plan(8, 32, false).plan;
  CHECK(theirs.collectives() == 5);
  CHECK(theirs.bytes_received() == 80352);
  CHECK(ours.collectives() == 3);
  CHECK(ours.bytes_received() == 18304);
}
