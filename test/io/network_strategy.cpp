// SPDX-License-Identifier: Apache-2.0
// Expected: the files that MindSpore 2.10 itself wrote of the same networks.
#include <tenon/io/network_strategy.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/parameter_layouts.hpp>
#include <tenon/plan/planner.hpp>

#include "files.hpp"
#include "tensor_parallel.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

StrategyFile theirs(std::string_view folder) {
  return read_strategy(sample("strategy/").append(folder).append("/strategy_rank0.ckpt"));
}
StrategyFile ours(const auto& network, Index devices, Index batch = 32) {
  return strategy_file(network_record(trace_of(network, batch), devices));
}
Dims shape_of(const StrategyFile& file, std::string_view name) {
  return file.find(name)->layout.shape;
}

/// Item for item: MindSpore's order is that of a hash table.
void check_equal(const StrategyFile& made, const StrategyFile& expected) {
  CHECK(made.current_stage == expected.current_stage);
  CHECK(made.layouts.size() == expected.layouts.size());
  CHECK(made.strategies.size() == expected.strategies.size());
  for (const StoredLayout& stored : expected.layouts) {
    CAPTURE(stored.name);
    const StoredLayout* found = made.find(stored.name);
    REQUIRE(found != nullptr);
    CHECK(found->layout.device_matrix == stored.layout.device_matrix);
    CHECK(found->layout.tensor_map == stored.layout.tensor_map);
    CHECK(found->field == stored.field);
    CHECK(found->opt_weight_shard_step == stored.opt_weight_shard_step);
    CHECK(found->opt_weight_shard_size == stored.opt_weight_shard_size);
    CHECK(found->has_nested_map == stored.has_nested_map);
  }
  for (const StoredStrategy& stored : expected.strategies) {
    CAPTURE(stored.name);
    const StoredStrategy* found = made.find_strategy(stored.name);
    REQUIRE(found != nullptr);
    CHECK(found->splits == stored.splits);
    CHECK(found->stage == stored.stage);
  }
}

/// In the other's order.
StrategyFile ordered_as(const StrategyFile& order, const StrategyFile& file) {
  StrategyFile same = file;
  for (std::size_t i = 0; i < order.layouts.size(); ++i)
    same.layouts[i] = *file.find(order.layouts[i].name);
  for (std::size_t i = 0; i < order.strategies.size(); ++i)
    same.strategies[i] = *file.find_strategy(order.strategies[i].name);
  return same;
}

}  // namespace

TEST_CASE("a network's strategy file is MindSpore's") {
  check_equal(ours(Seed(8), 8), theirs("seed8"));
  check_equal(ours(Columns(2), 2), theirs("tp2"));
  check_equal(ours(Columns(4), 4), theirs("tp4"));
  const NetworkRecord trained = with_optimizer_state(network_record(trace_of(Seed(8)), 8));
  check_equal(strategy_file(trained), theirs("seed8train"));
}

TEST_CASE("as JSON to the last byte, as protobuf in the same order to the last byte") {
  const Folder folder;
  write_strategy(folder / "x.json", ours(Seed(8), 8));
  CHECK(bytes_of(folder / "x.json") == bytes_of(sample("strategy/seed8/strategy_rank0.json")));
  for (const auto& [name, file] : {std::pair{"seed8", ours(Seed(8), 8)},
                                   {"tp2", ours(Columns(2), 2)},
                                   {"tp4", ours(Columns(4), 4)}}) {
    write_strategy(folder / "x.ckpt", ordered_as(theirs(name), file));
    CHECK(bytes_of(folder / "x.ckpt") ==
          bytes_of(sample("strategy/").append(name).append("/strategy_rank0.ckpt")));
  }
}

TEST_CASE("layouts of several axes on a dimension are written as MindSpore writes them") {
  // an operator here is told splits, not layouts: the record says what MindSpore's user gave
  NetworkRecord record = network_record(trace_of(Plain()), 8);
  for (StrategyRecord& stated : record.strategies)
    if (stated.op == "MatMul") stated.splits = {};
  record.parameters[0].layout = {{2, 2, 2}, {{-1}, {1, 0}}, {784, 512}};
  record.parameters[2].layout = {{2, 2, 2}, {{1, 0}, {-1}}, {512, 512}};
  record.parameters[4].layout = {{2, 2, 2}, {{0, 1}, {-1}}, {512, 10}};
  const StrategyFile made = strategy_file(record);
  check_equal(made, theirs("layout8"));
  const Folder folder;
  write_strategy(folder / "x.json", made);
  CHECK(bytes_of(folder / "x.json") == bytes_of(sample("strategy/layout8/strategy_rank0.json")));
}

TEST_CASE("the batch of the compile decides what is batch-parallel") {
  // observed for eight devices: (8,1) of a batch of 32, (4,1) of 4 on [4,2], (2,1) of 2
  for (const auto& [batch, parts] : {std::pair<Index, Index>{32, 8}, {4, 4}, {2, 2}}) {
    const StrategyFile file = ours(Seed(8), 8, batch);
    const std::vector<Dims> dense{{parts, 1}, {1, 1}}, bias{{parts, 1}, {1}};
    CHECK(file.find_strategy("MatMul_layer2.weight")->splits == dense);
    CHECK(file.find_strategy("Add_layer1.bias")->splits == bias);
    CHECK(file.find_strategy("MatMul_layer1.weight")->splits == std::vector<Dims>{{2, 1}, {1, 2}});
    const Axes matrix = parts == 8 ? Axes{8} : Axes{parts, 8 / parts};
    CHECK(file.find("layer2.weight")->layout == LayoutRecord{matrix, {{-1}, {-1}}, {512, 512}});
  }
}

TEST_CASE("what is written and read again is where MindSpore's plan places the parameters") {
  const Folder folder;
  PlanOptions options;
  options.mindspore = true;
  const auto check = [&](const auto& network, Index devices, Index batch) {
    const Graph graph = trace_of(network, batch);
    const StrategyFile made = ours(network, devices, batch);
    const Plan placed = plan(graph, devices, options);
    for (const char* name : {"x.ckpt", "x.json"}) {
      write_strategy(folder / name, made);
      const StrategyFile file = read_strategy(folder / name);
      int parameters = 0;
      for (const Buffer& buffer : placed.buffers) {
        if (buffer.place != Buffer::Place::parameter) continue;
        const std::string_view parameter = placed.name(buffer.name);
        CAPTURE(parameter);
        REQUIRE(file.find(parameter) != nullptr);
        CHECK(lower(layout_of(*file.find(parameter), shape_of(made, parameter))) ==
              buffer.distribution);
        ++parameters;
      }
      CHECK(parameters == 6);
    }
  };
  for (Index batch : {1, 2, 4, 32}) {
    check(Seed(8), 8, batch);
    check(Seed(4), 4, batch);
    for (Index devices : {1, 2, 3, 4, 6}) check(Columns(devices), devices, batch);
  }
}

TEST_CASE("a network that is told a file's strategies is the network the file was saved of") {
  const Folder folder;
  write_strategy(folder / "x.ckpt", ours(Seed(8), 8));
  const Graph told = with_strategies(trace_of(Plain()), read_strategy(folder / "x.ckpt"));
  check_equal(strategy_file(network_record(told, 8)), theirs("seed8"));
  PlanOptions options;
  options.mindspore = true;
  CHECK(equal(plan(told, 8, options), plan(trace_of(Seed(8)), 8, options)));
  // what the network was told before gives way; what the file does not name stays
  StrategyFile some = theirs("tp2");
  std::erase_if(some.strategies, [](const auto& s) { return s.name != "MatMul_layer1.weight"; });
  const StrategyFile mixed =
      strategy_file(network_record(with_strategies(trace_of(Seed(8)), some), 8));
  CHECK(mixed.find_strategy("MatMul_layer1.weight")->splits == std::vector<Dims>{{1, 1}, {1, 2}});
  CHECK(mixed.find_strategy("MatMul_layer3.weight")->splits == std::vector<Dims>{{2, 2}, {2, 1}});
}

TEST_CASE("files that cannot be told to the network are refused") {
  const Graph graph = trace_of(Plain());
  CHECK(has(error_of([&] { with_strategies(graph, theirs("layout8")); }),
            "it has not one split for each input: layer1.matmul, splits: 0, inputs: 2"));
  StrategyFile other = theirs("tp2");
  for (StoredStrategy& stored : other.strategies) stored.name += "_v2";
  CHECK(has(error_of([&] { with_strategies(graph, other); }),
            "has no strategy of the network's operators, but 6 of others"));
}

namespace {

struct LayerTwice {
  MatMul first = MatMul().named("first", "matmul"), second = MatMul().named("second", "matmul");
  auto construct(auto x) const {
    const Value w = parameter(*x.graph, "shared", "weight", {16, 16});
    return second(first(x, w), w);
  }
};
struct Nothing {
  auto construct(auto x) const { return relu(x); }
};

}  // namespace

TEST_CASE("of two operators that share a parameter the last is kept; without parameters no file") {
  LayerTwice network;
  network.first.shard({{4, 1}, {1, 1}});
  network.second.shard({{2, 1}, {1, 1}});
  const StrategyFile file = strategy_file(network_record(trace(network, {{{8, 16}}}), 4));
  REQUIRE(file.strategies.size() == 1);
  CHECK(file.strategies[0].splits == std::vector<Dims>{{2, 1}, {1, 1}});
  CHECK(has(error_of([] {
              strategy_file(network_record(trace(Nothing{}, {{{8, 16}}}), 4));
            }),
            "a network without parameters"));
}

TEST_CASE("a file of what is stated alone gives the network back, also without parameters") {
  struct Attention {
    Value construct(Value x) const {
      const Value q = matmul(x, parameter(*x.graph, "q", "weight", {8, 8}));
      const Value k = matmul(x, parameter(*x.graph, "k", "weight", {8, 8}));
      const Value y = apply(MatMul(false, true), q, k);
      return softmax(y);
    }
  };
  const Graph free = trace(Attention{}, {{{6, 8}}});
  Graph cut = free;
  int told = 0;
  for (Node& node : cut.nodes) {
    if (node.op != &MatMul::info) continue;
    if (told == 0) node.splits = {{1, 2}, {2, 1}};
    if (told == 2) node.splits = {{2, 1}, {1, 1}};  // no parameter; the second one is told nothing
    ++told;
  }
  const StrategyFile file = stated_strategy_file(cut, 2);
  CHECK(file.strategies.size() == 2);
  const Graph again = with_strategies(free, file);
  for (std::size_t id = 0; id < cut.nodes.size(); ++id)
    CHECK(again.nodes[id].splits == cut.nodes[id].splits);

  struct Twice {
    Value construct(Value x) const {
      const Value w = parameter(*x.graph, "shared", "weight", {8, 8});
      return matmul(relu(matmul(x, w)), w);
    }
  };
  Graph twice = trace(Twice{}, {{{6, 8}}});
  for (Node& node : twice.nodes)
    if (node.op == &MatMul::info) {
      node.splits = {{2, 1}, {1, 1}};
      break;  // the other one has none
    }
  CHECK(error_of([&] { stated_strategy_file(twice, 2); }).find("a strategy file has one name for "
                                                               "both, MatMul_shared.weight") !=
        std::string::npos);
}
