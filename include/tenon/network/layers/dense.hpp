// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[m,n] = sum over k of x[m,k] weight[k,n] + bias[n]:  Dense layer1{"layer1", 784, 512};
/// Its parameters are layer1.weight [784, 512] and layer1.bias [512]; its strategy is said to
/// layer1.matmul and layer1.add. Dense::transposed is MindSpore's nn.Dense: weight [512, 784].
#include <concepts>
#include <string>

#include <tenon/network/operators/add.hpp>
#include <tenon/network/operators/matmul.hpp>

namespace tenon {

struct Dense {
  enum Weight : bool { plain = false, transposed = true };
  std::string_view name;
  Index inputs, outputs;
  MatMul matmul;
  Add add;
  Index pipeline_stage = -1;

  constexpr Dense(std::string_view layer, Index in, Index out, Weight weight = plain)
      : name(layer),
        inputs(in),
        outputs(out),
        matmul(MatMul(false, weight).named(layer, "matmul")),
        add(Add().named(layer, "add")) {}

  /// A name that is put together on the spot would not live as long as the layer.
  template <std::same_as<std::string> Text>
  Dense(Text&&, Index, Index, Weight = plain) = delete;

  constexpr Value operator()(Value x) const {
    const Dims shape = matmul.transpose_b ? Dims{outputs, inputs} : Dims{inputs, outputs};
    const Value weight = parameter(*x.graph, name, "weight", shape, x.element());
    const Value bias = parameter(*x.graph, name, "bias", {outputs}, x.element());
    return add.in_stage(pipeline_stage)(matmul.in_stage(pipeline_stage)(x, weight), bias);
  }
};

}  // namespace tenon
