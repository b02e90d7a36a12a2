// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What models of a file have in common, whether all ranks run one plan (model/built_model.hpp) or
/// each its stage's (model/staged_file.hpp): the file's network, and what is given to it.
#include <tenon/model/any_model.hpp>
#include <tenon/model/model_source.hpp>
#include <tenon/model/named_inputs.hpp>

namespace tenon::detail {

/// What tells a file's batches apart: the shapes of its inputs.
using Shapes = std::vector<Dims>;
struct ShapesBefore {
  bool operator()(const Shapes& a, const Shapes& b) const {
    return std::ranges::lexicographical_compare(a, b, [](const Dims& x, const Dims& y) {
      return std::ranges::lexicographical_compare(x, y);
    });
  }
};

class SourceModel : public AnyModel {
 public:
  SourceModel(std::shared_ptr<ModelSource> source, Index ranks)
      : source_(std::move(source)), ranks_(ranks) {}

  std::vector<ModelTensor> inputs() const override {
    std::vector<ModelTensor> all;
    for (std::size_t i = 0; i < net().inputs.size(); ++i)
      all.emplace_back(net().inputs[i], input(i).shape, input(i).element);
    return all;
  }
  const Graph& graph() const override { return net().graph; }
  NamedNetwork network() const override {
    return {source_->cut(net().graph, ranks_), net().inputs, net().outputs};
  }

 protected:
  struct Given {
    Shapes shapes;
    std::vector<const void*> data;
  };

  const ModelSource& source() const { return *source_; }
  const Imported& net() const { return source_->imported(); }
  /// Of the batch that the model was built for.
  Shapes shapes() const {
    Shapes shapes;
    for (std::size_t i = 0; i < net().inputs.size(); ++i) shapes.push_back(input(i).shape);
    return shapes;
  }
  /// In the network's order. @throws Error when a tensor is no value for an input.
  Given in_order_of_network(std::span<const ModelTensor> tensors) const {
    Given given;
    const std::vector<const ModelTensor*> inputs = in_order(tensors, net().inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      check_input(*inputs[i], net().inputs[i], input(i).element);
      given.shapes.push_back(inputs[i]->shape());
      given.data.push_back(inputs[i]->data());
    }
    return given;
  }

  /// @throws Error that names a parameter which the lender has not, or otherwise.
  void check_lent(const Graph& lender) const {
    const Graph& own = net().graph;
    for (int id : own.parameters) {
      const Node& wanted = own.nodes[std::size_t(id)];
      const std::string_view name = own.names[wanted.name];
      const Node* found = nullptr;
      for (int other : lender.parameters)
        if (lender.names[lender.nodes[std::size_t(other)].name] == name)
          found = &lender.nodes[std::size_t(other)];
      if (!found) throw Error(sentence("the model whose weights are used has no parameter ", name));
      if (!(found->shape == wanted.shape) || found->element != wanted.element)
        throw Error(sentence("the model whose weights are used has ", name, " as ",
                             text(found->shape), " of ", text(found->element), ", this one as ",
                             text(wanted.shape), " of ", text(wanted.element)));
    }
  }

 private:
  const Node& input(std::size_t i) const {
    return net().graph.nodes[std::size_t(net().graph.inputs[i])];
  }

  std::shared_ptr<ModelSource> source_;
  Index ranks_;  // of all stages
};

}  // namespace tenon::detail
