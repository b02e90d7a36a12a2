// SPDX-License-Identifier: Apache-2.0
/// The words of MindSpore's Model on a network's type say what the record of its graph says.
#include <tenon/model/infer_layout.hpp>

#include <tenon/backend/reference.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>

#include "mpi.hpp"

using namespace tenon;
using namespace tenon_test;

namespace {

struct Lookup {
  MatMul multiply = MatMul().named("layer", "matmul");
  constexpr explicit Lookup(Index devices) { multiply.shard({{1, 1}, {1, devices}}); }
  constexpr auto construct(auto words, auto scale) const {
    const Value table = parameter(*words.graph, "embedding", "table", {32, 16});
    const Value weight = parameter(*words.graph, "layer", "weight", {16, 24});
    return multiply(mul(gather(table, words), scale), weight);
  }
};
using Words = InputRowsOf<int, 8>;
using Scale = FixedInput<16>;

static_assert(network_record<Lookup, Words, Scale>(4).parameters[1].layout ==
              LayoutRecord{{4}, {{-1}, {0}}, {16, 24}});

}  // namespace

TEST_CASE("the layouts of a network's type, for a number of devices") {
  const ParameterLayouts predict =
      infer_predict_layout<Lookup, Words, Scale>(4, {"words", "scale"});
  REQUIRE(predict.size() == 4);
  CHECK(predict[0].layout.slice_shape == List<Index>{2});  // every rank gives its rows
  CHECK(predict[1].layout.slice_shape == List<Index>{16});
  CHECK(predict[3].name == "layer.weight");
  CHECK(predict[3].layout.slice_shape == List<Index>{16, 6});
  const ParameterLayouts train =
      infer_train_layout<Lookup, Words, Scale>(2, {"moments"}, {"words", "scale"});
  REQUIRE(train.size() == 6);
  CHECK(train[5].name == "moments.layer.weight");
  CHECK(train[5].layout.slice_shape == List<Index>{16, 12});
}

TEST_CASE("the strategy file of a network's type") {
  const StrategyFile file = strategy_file<Lookup, Words, Scale>(4);
  CHECK(file.layouts.size() == 2);
  CHECK(file.find_strategy("MatMul_layer.weight")->splits == std::vector<Dims>{{1, 1}, {1, 4}});
  CHECK(file.find_strategy("Gather_embedding.table")->splits == std::vector<Dims>{{1, 1}, {4}});
}

MPI_TEST_CASE("the record of a model is that of its network on as many devices as it has ranks",
              all_ranks) {
  const Model<Lookup, Inputs<Words, Scale>, AnyOf<1, 2, 3, 4, 6, 8>> model(world, Reference{});
  const NetworkRecord record = network_record(model);
  CHECK(record.devices == world.size());
  const StrategyFile made = strategy_file(record),
                     expected = strategy_file<Lookup, Words, Scale>(world.size());
  REQUIRE(made.layouts.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) CHECK(made.layouts[i].layout == expected.layouts[i].layout);
  for (std::size_t i = 0; i < made.strategies.size(); ++i)
    CHECK(made.strategies[i].splits == expected.strategies[i].splits);
  CHECK(infer_predict_layout<Lookup, Inputs<Words, Scale>>(2, {"words", "scale"}).size() == 4);
}
