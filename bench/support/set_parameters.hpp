// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A model of layer1, layer2, ... gets a problem's numbers:  set_parameters(model, problem);
#include <string>

#include "../peers/peer.hpp"

namespace bench {

void set_parameters(auto& model, const Problem& problem) {
  for (std::size_t i = 0; i < problem.layers.size(); ++i) {
    const Layer& layer = problem.layers[i];
    const std::string name = "layer" + std::to_string(i + 1);
    const std::span weight(layer.weight, std::size_t(layer.inner * layer.columns));
    model.template set_parameter<float>(name + ".weight", weight);
    model.template set_parameter<float>(name + ".bias", {layer.bias, std::size_t(layer.columns)});
  }
}

}  // namespace bench
