// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which of the given tensors is which input of a network: by name, or in order where they have
/// none.  in_order(tensors, {"image", "mask"})
#include <algorithm>

#include <tenon/model/model_tensor.hpp>

namespace tenon::detail {

inline std::string listed(std::span<const std::string> names) {
  std::string all;
  for (const std::string& name : names) all.append(all.empty() ? "" : ", ").append(name);
  return all;
}

/// @throws Error: too many or too few, a name that no input has, or one that is given twice.
inline std::vector<const ModelTensor*> in_order(std::span<const ModelTensor> given,
                                                std::span<const std::string> names) {
  if (given.size() != names.size())
    throw Error(sentence("the model has ", names.size(), " inputs (", listed(names), "), ",
                         given.size(), " were given"));
  std::vector<const ModelTensor*> inputs(names.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    std::size_t at = i;
    if (!given[i].name().empty())
      at = std::size_t(std::ranges::find(names, given[i].name()) - names.begin());
    if (at == names.size())
      throw Error(sentence("the model has no input ", given[i].name(), "; legal: ", listed(names)));
    if (inputs[at]) throw Error(sentence("the input ", names[at], " was given twice"));
    inputs[at] = &given[i];
  }
  return inputs;
}

}  // namespace tenon::detail
