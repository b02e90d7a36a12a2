// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[n,o,p,q] = sum over c, k and l of x[n,c,p+k,q+l] weight[o,c,k,l] + bias[o]:
///   Convolution conv1{"conv1", 1, 6, {5, 5}};
///   Convolution conv2{"conv2", 6, 16, {3, 3}, Conv2d({2, 2}, {1, 1, 1, 1}), Convolution::no_bias};
/// Its parameters are conv1.weight [6, 1, 5, 5] and conv1.bias [6]; its strategy is said to
/// conv1.conv2d and conv1.bias_add. MindSpore: nn.Conv2d, which has no bias unless asked.
#include <concepts>
#include <string>

#include <tenon/network/operators/bias_add.hpp>
#include <tenon/network/operators/conv2d.hpp>

namespace tenon {

struct Convolution {
  enum Bias : bool { no_bias = false, with_bias = true };
  std::string_view name;
  Index inputs, outputs;  // channels
  HeightWidth kernel;
  Conv2d conv2d;
  BiasAdd bias_add;
  Bias bias;
  Index pipeline_stage = -1;

  /// @param how stride, border, dilation and groups
  constexpr Convolution(std::string_view layer, Index in, Index out, HeightWidth window,
                        const Conv2d& how = Conv2d{}, Bias own = with_bias)
      : name(layer),
        inputs(in),
        outputs(out),
        kernel(window),
        conv2d(how.named(layer, "conv2d")),
        bias_add(BiasAdd().named(layer, "bias_add")),
        bias(own) {}

  /// A name that is put together on the spot would not live as long as the layer.
  template <std::same_as<std::string> Text>
  Convolution(Text&&, Index, Index, HeightWidth, const Conv2d& = Conv2d{},
              Bias = with_bias) = delete;

  constexpr Value operator()(Value x) const {
    const Dims shape{outputs, inputs / (conv2d.groups > 0 ? conv2d.groups : 1), kernel.height,
                     kernel.width};
    const Value y = conv2d.in_stage(pipeline_stage)(
        x, parameter(*x.graph, name, "weight", shape, x.element()));
    if (!bias) return y;
    return bias_add.in_stage(pipeline_stage)(
        y, parameter(*x.graph, name, "bias", {outputs}, x.element()));
  }
};

}  // namespace tenon
