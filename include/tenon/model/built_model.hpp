// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/file_model.hpp builds of a network of one stage: its weights on this rank, and a plan
/// for each batch that it was given so far.
#include <tenon/model/remembered.hpp>
#include <tenon/model/source_model.hpp>
#include <tenon/run/executor.hpp>

namespace tenon::detail {

class BuiltModel : public SourceModel {
 public:
  /// Collective. @param lender whose parameters are used; none. @throws Error on every rank.
  BuiltModel(std::shared_ptr<ModelSource> from, const Backend& backend,
             Communication& communication, const BuildOptions& options, const BuiltModel* lender)
      : SourceModel(std::move(from), communication.size()),
        communication_(communication),
        backend_(backend) {
    std::uint64_t content = 0;
    communication.together([&] {
      if (lender) check_lent(lender->graph());
      content = source().content() * 4 + (lender ? 2 : 0) + (options.checkpoint.empty() ? 1 : 0);
    });
    if (!communication.agree(content)) throw Error(source().differing());
    const PlanView* loaded = lender ? &lender->view_ : nullptr;
    source().find(communication, loaded);
    communication.together(
        [&] { plan_ = source().plan(graph(), communication.size(), loaded); });
    view_ = view(plan_);
    parameters_ = lender ? lender->parameters_ : std::make_shared<Parameters>(view_);
    if (!lender) source().fill(*parameters_, communication);
    forwards_.at(shapes(), [&](Forward& made) { execute(made, view_); });
  }

  std::vector<ModelTensor> predict(std::span<const ModelTensor> tensors) override {
    const Given given = in_order_of_network(tensors);
    Executor& executor = forward_of(given.shapes);
    std::vector<ModelTensor> outputs;
    const auto add = [&](int buffer, const void* values) {
      const Buffer& y = executor.plan().buffer(buffer);
      const std::string& name = net().outputs[outputs.size()];
      outputs.push_back(output_of(name, y.distribution.shape, y.element, values, tensors));
    };
    add(executor.plan().output, executor.run(given.data));
    for (int i = 0; i < executor.plan().further.size(); ++i)
      add(executor.plan().further[i], executor.further(i));
    return outputs;
  }

  const PlanView& plan() const override { return view_; }
  Parameters& parameters() override { return *parameters_; }

 private:
  struct Forward {
    Plan plan;  // of another batch than the model's
    std::unique_ptr<Executor> executor;
  };

  void execute(Forward& forward, const PlanView& plan) {
    forward.executor = std::make_unique<Executor>(plan, backend_, communication_, *parameters_);
  }
  Executor& forward_of(const Shapes& shapes) {
    return *forwards_
                .at(shapes,
                    [&](Forward& made) {
                      made.plan = source().plan(source().import(shapes).graph,
                                                communication_.size(), &view_);
                      execute(made, view(made.plan));
                    })
                .executor;
  }

  Communication& communication_;
  const Backend& backend_;
  Plan plan_;
  PlanView view_;
  std::shared_ptr<Parameters> parameters_;
  Remembered<Shapes, Forward, ShapesBefore> forwards_;
};

}  // namespace tenon::detail
