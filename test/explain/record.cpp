// SPDX-License-Identifier: Apache-2.0
/// The layouts of record of whole networks are those in the files that MindSpore itself wrote.
#include <doctest/doctest.h>

#include <fstream>

#include "../../examples/explain/plan_text.hpp"

using namespace tenon;
using namespace tenon::explain;

namespace {

json read(const std::string& name) {
  const std::string path = std::string(TENON_TEST_DATA "/mindspore/strategy/").append(name);
  std::ifstream file(path);
  REQUIRE_MESSAGE(file, path, " cannot be read");
  return json::parse(file);
}

/// Layer 1 by columns, layer 2 by rows, layer 3 whole.
struct Columns {
  Dense layer1{"layer1", 784, 512}, layer2{"layer2", 512, 512}, layer3{"layer3", 512, 10};

  constexpr explicit Columns(Index devices) {
    layer1.matmul.shard({{1, 1}, {1, devices}});
    layer1.add.shard({Dims{1, devices}, Dims{devices}});
    layer2.matmul.shard({{1, devices}, {devices, 1}});
    layer2.add.shard({Dims{1, 1}, Dims{1}});
    layer3.matmul.shard({{1, 1}, {1, 1}});
    layer3.add.shard({Dims{1, 1}, Dims{1}});
  }
  constexpr auto construct(auto x) const { return layer3(relu(layer2(relu(layer1(flatten(x)))))); }
};

template <class Net>
NetworkRecord record(Index devices, Index batch) {
  return network_record(trace(Net(devices), {{{batch, 28, 28}}}), devices);
}

/// What infer_predict_layout returned for rank 0.
void check_layouts(const NetworkRecord& record, const json& expected) {
  CHECK(record.refused == "");
  CHECK(record.parameters.size() == expected.size());
  for (const ParameterRecord& p : record.parameters) {
    INFO(p.name);
    const json& one = expected.at(p.name);
    CHECK(to_json(p.layout.device_matrix) == one.at("dev_matrix"));
    CHECK(to_json(p.layout.tensor_map) == one.at("tensor_map"));
    CHECK(to_json(p.layout.slice_shape) == one.at("slice_shape"));
    CHECK(to_json(p.layout.full_shape) == one.at("full_shape"));
    CHECK(p.layout.field_size == one.at("field_size"));
    CHECK(p.layout.uniform_split == one.at("uniform_split"));
    CHECK(p.layout.opt_shard_group == one.at("opt_shard_group"));
  }
}

}  // namespace

TEST_CASE("the tutorial's strategies on eight devices") {
  const NetworkRecord eight = record<Network>(8, 32);
  check_layouts(eight, read("seed8/layout_rank0.json"));
  const json file = read("seed8/strategy_rank0.json"), made = to_json(eight);
  CHECK(made.at("parallel_strategy_item") == file.at("parallel_strategy_item"));
  for (const auto& [name, item] : file.at("parallel_layout_item").items())
    CHECK(made.at("parallel_layout_item").at(name) == item);
}

TEST_CASE("columns, rows, whole on two and on four devices") {
  check_layouts(record<Columns>(2, 32), read("tp2/layout_rank0.json"));
  check_layouts(record<Columns>(4, 32), read("tp4/layout_rank0.json"));
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

TEST_CASE("the batch of the compile decides what is batch-parallel") {
  const NetworkRecord four = record<Network>(8, 4);
  for (const ParameterRecord& p : four.parameters)
    if (p.name == "layer2.weight") CHECK(p.strategy == Vector<Dims, 4>{{4, 1}, {1, 1}});
  CHECK(four.refused == "");
  CHECK(record<Network>(8, 1).refused.find("size: 1, parts: 2") != std::string::npos);
}

TEST_CASE("MindSpore's own plan: five collectives and 80352 bytes; Tenon's: three and 18304") {
  const Plan theirs = tutorial_plan(8, 32, true).plan, ours = tutorial_plan(8, 32, false).plan;
  CHECK(theirs.collectives() == 5);
  CHECK(theirs.bytes_received() == 80352);
  CHECK(ours.collectives() == 3);
  CHECK(ours.bytes_received() == 18304);
}
