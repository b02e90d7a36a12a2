// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What FileModel runs: a network that is planned here (model/built_model.hpp), or the parts of one
/// that was cut elsewhere (model/rank_program.hpp).
#include <tenon/model/model_tensor.hpp>
#include <tenon/network/graph.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

/// A network with its strategies, and the names of its inputs and outputs.
struct NamedNetwork {
  Graph graph;
  std::vector<std::string> inputs, outputs;
};

namespace detail {

class AnyModel {
 public:
  virtual ~AnyModel() = default;
  virtual std::vector<ModelTensor> inputs() const = 0;
  virtual std::vector<ModelTensor> predict(std::span<const ModelTensor> given) = 0;
  virtual const PlanView& plan() const { none(); }
  virtual const Graph& graph() const { none(); }
  virtual NamedNetwork network() const { none(); }
  virtual Parameters& parameters() { none(); }

 private:
  [[noreturn]] static void none() {
    throw Error(
        "the model is the ranks' parts of a network that was cut elsewhere: it has no plan, "
        "graph and parameters of the whole");
  }
};

/// @throws Error when a tensor is no value for an input of that name and element.
inline void check_input(const ModelTensor& given, const std::string& name, Element element) {
  if (given.element() != element)
    throw Error(
        sentence("the input ", name, " is of ", text(element), ", not of ", text(given.element())));
  if (!given.data() && given.element_num() > 0)
    throw Error(sentence("the input ", name, " has no values: set_data gives them"));
}

}  // namespace detail

}  // namespace tenon
