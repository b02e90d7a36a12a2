// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/parameter_layouts.hpp>

#include "../support/error_of.hpp"

using namespace tenon;
using tenon::test::error_of;

namespace {

struct Sum {
  Dense first{"first", 4, 6};
  auto construct(auto x, auto y) const { return add(first(x), y); }
};

NetworkRecord record(Index batch, Index devices) {
  Sum network;
  network.first.matmul.shard({{1, 1}, {1, devices}});
  return network_record(trace(network, {{{batch, 4}}, {{batch, 6}}}), devices);
}
}  // namespace

TEST_CASE(
    "inputs first, then the parameters, then the optimizer's state, where its parameter lies") {
  const ParameterLayouts predict = infer_predict_layout(record(8, 2), {"x", "y"});
  const ParameterLayouts train =
      infer_train_layout(record(8, 2), {"moment1", "moment2"}, {"x", "y"});
  REQUIRE(predict.size() == 4);
  REQUIRE(train.size() == 8);
  for (std::size_t i = 0; i < 4; ++i) CHECK(train[i].name == predict[i].name);
  CHECK(predict[1].name == "y");
  CHECK(predict[2].name == "first.weight");
  CHECK(predict[2].layout.tensor_map == List<Index>{-1, 0});
  CHECK(predict[2].layout.slice_shape == List<Index>{4, 3});
  CHECK(predict[2].layout.uniform_split);
  CHECK(train[4].name == "moment1.first.weight");
  CHECK(train[7].name == "moment2.first.bias");
  CHECK(train[4].layout.tensor_map == predict[2].layout.tensor_map);
}

TEST_CASE("the state of what is not trained is left out") {
  const NetworkRecord all = with_optimizer_state(
      record(8, 2), {"moments"}, [](std::string_view name) { return name != "first.bias"; });
  CHECK(all.parameters.size() == 3);
  CHECK(all.names[all.parameters[2].name] == "moments.first.weight");
}

TEST_CASE("blocks that are not equal are said to be so, by the largest") {
  const ParameterLayouts layouts = infer_predict_layout(record(8, 4), {"x", "y"});
  CHECK_FALSE(layouts[2].layout.uniform_split);
  CHECK(layouts[2].layout.slice_shape == List<Index>{4, 2});
}

TEST_CASE("every input has a name, and no two tensors have one") {
  const std::string error = error_of([] { infer_predict_layout(record(8, 2)); });
  CHECK(error.find("of 2 inputs are to be inferred, but names are given for 1") != error.npos);
  const std::string twice = error_of([] {
    infer_predict_layout(record(8, 2), {"x", "first.bias"});
  });
  CHECK(twice.find("two tensors are named first.bias") != twice.npos);
}
