// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/file_model.hpp builds: a file's network, its weights on this rank, and a plan for
/// each batch that it was given so far.
#include <map>

#include <tenon/model/any_model.hpp>
#include <tenon/model/exported_source.hpp>
#include <tenon/model/named_inputs.hpp>
#include <tenon/run/executor.hpp>

namespace tenon::detail {

class BuiltModel : public AnyModel {
 public:
  /// Collective. @param lender whose parameters are used; none. @throws Error on every rank.
  BuiltModel(const std::string& path, ModelType type, const Backend& backend,
             Communication& communication, const BuildOptions& options, const BuiltModel* lender)
      : communication_(communication), backend_(backend) {
    std::uint64_t content = 0;
    communication.together([&] {
      source_ = source_of(path, type, options, communication.rank(), communication.size());
      if (lender) check_lent(lender->net().graph);
      plan_ = source_->plan(net().graph, communication.size(), lender ? &lender->view_ : nullptr);
      content = source_->content() * 4 + (lender ? 2 : 0) + (options.checkpoint.empty() ? 1 : 0);
    });
    view_ = view(plan_);
    if (!communication.agree(content)) throw Error(source_->differing());
    parameters_ = lender ? lender->parameters_ : std::make_shared<Parameters>(view_);
    if (!lender) source_->fill(*parameters_, communication);
    execute(forwards_[shapes_of(net().graph)], view_);
  }

  std::vector<ModelTensor> inputs() const override {
    std::vector<ModelTensor> all;
    for (std::size_t i = 0; i < net().inputs.size(); ++i)
      all.emplace_back(net().inputs[i], input(i).shape, input(i).element);
    return all;
  }

  std::vector<ModelTensor> predict(std::span<const ModelTensor> given) override {
    const std::vector<const ModelTensor*> inputs = in_order(given, net().inputs);
    std::vector<Dims> shapes;
    std::vector<const void*> data;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      check_input(*inputs[i], net().inputs[i], input(i).element);
      shapes.push_back(inputs[i]->shape());
      data.push_back(inputs[i]->data());
    }
    Executor& executor = forward_of(shapes);
    std::vector<ModelTensor> outputs;
    const auto add = [&](int buffer, const void* values) {
      const Buffer& y = executor.plan().buffer(buffer);
      const std::string& name = net().outputs[outputs.size()];
      outputs.push_back(output_of(name, y.distribution.shape, y.element, values, given));
    };
    add(executor.plan().output, executor.run(data));
    for (int i = 0; i < executor.plan().further.size(); ++i)
      add(executor.plan().further[i], executor.further(i));
    return outputs;
  }

  const PlanView& plan() const override { return view_; }
  const Graph& graph() const override { return net().graph; }
  NamedNetwork network() const override {
    return {source_->cut(net().graph, communication_.size()), net().inputs, net().outputs};
  }
  Parameters& parameters() override { return *parameters_; }

 private:
  struct Forward {
    Plan plan;  // of another batch than the model's
    std::unique_ptr<Executor> executor;
    Index used = 0;  // the call that last used it
  };
  static constexpr std::size_t most_forwards = 16;  // batches besides the model's

  const Imported& net() const { return source_->imported(); }
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
  const Node& input(std::size_t i) const {
    return net().graph.nodes[std::size_t(net().graph.inputs[i])];
  }
  static std::vector<Dims> shapes_of(const Graph& graph) {
    std::vector<Dims> shapes;
    for (int input : graph.inputs) shapes.push_back(graph.nodes[std::size_t(input)].shape);
    return shapes;
  }

  void execute(Forward& forward, const PlanView& plan) {
    forward.executor = std::make_unique<Executor>(plan, backend_, communication_, *parameters_);
  }
  Executor& forward_of(const std::vector<Dims>& shapes) {
    const auto known = forwards_.find(shapes);
    if (known == forwards_.end()) {
      Forward made;
      made.plan = source_->plan(source_->import(shapes).graph, communication_.size(), &view_);
      if (forwards_.size() > most_forwards) forget_oldest();
      Forward& forward = forwards_[shapes] = std::move(made);
      try {
        execute(forward, view(forward.plan));
      } catch (...) {
        forwards_.erase(shapes);
        throw;
      }
    }
    Forward& forward = forwards_[shapes];
    forward.used = ++calls_;
    return *forward.executor;
  }
  void forget_oldest() {
    auto oldest = forwards_.end();
    for (auto it = forwards_.begin(); it != forwards_.end(); ++it)
      if (!it->second.plan.steps.empty() &&
          (oldest == forwards_.end() || it->second.used < oldest->second.used))
        oldest = it;
    if (oldest != forwards_.end()) forwards_.erase(oldest);
  }

  struct Before {
    bool operator()(const std::vector<Dims>& a, const std::vector<Dims>& b) const {
      return std::ranges::lexicographical_compare(a, b, [](const Dims& x, const Dims& y) {
        return std::ranges::lexicographical_compare(x, y);
      });
    }
  };

  Communication& communication_;
  const Backend& backend_;
  std::shared_ptr<ModelSource> source_;
  Plan plan_;
  PlanView view_;
  std::shared_ptr<Parameters> parameters_;
  Index calls_ = 0;
  std::map<std::vector<Dims>, Forward, Before> forwards_;  // by the inputs' shapes
};

}  // namespace tenon::detail
