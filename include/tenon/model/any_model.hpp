// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What FileModel runs: a network that is planned here (model/built_model.hpp), or the parts of one
/// that was cut elsewhere (model/rank_program.hpp).
#include <functional>

#include <tenon/model/model_tensor.hpp>
#include <tenon/model/named_network.hpp>
#include <tenon/plan/stage_plan.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

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
  virtual Index stages() const { return 1; }
  virtual const Pipeline& pipeline() const {
    throw Error("the model has one stage: it is no pipeline");
  }

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

/// An output; a copy of it where it is an input's memory, which is the caller's.
inline ModelTensor output_of(std::string name, const Dims& shape, Element element,
                             const void* values, std::span<const ModelTensor> inputs) {
  const auto* data = static_cast<const char*>(values);
  const std::less<const char*> before;
  for (const ModelTensor& x : inputs) {
    const auto* first = static_cast<const char*>(x.data());
    if (!first || before(data, first) || !before(data, first + x.data_size())) continue;
    const Index size = product(shape) * bytes(element);
    return {std::move(name), Array{element, shape, std::vector<char>(data, data + size)}};
  }
  return {std::move(name), shape, element, values};
}

}  // namespace detail

}  // namespace tenon
