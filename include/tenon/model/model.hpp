// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network that was planned by the compiler, on the ranks of a communicator:
///   Model<Network, Input<32, 28, 28>, AnyOf<1, 2, 4, 8>> model(communicator, Cpu{});
///   model.load("rank_{}/checkpoint.ckpt", "strategy.ckpt");
///   auto logits = model.predict(images);
/// What it can do: model/network_model.hpp.
#include <tenon/model/build_options.hpp>
#include <tenon/model/network_model.hpp>
#include <tenon/model/program.hpp>
#include <tenon/model/remembered.hpp>
#include <tenon/run/executor.hpp>

namespace tenon {

namespace detail {

/// A network that all ranks run together, in one stage.
template <class Network, class Input, class Devices>
class OneStage {
  using Program = detail::Program<Network, Input, Devices>;

 public:
  class Forward {
   public:
    std::size_t inputs() const { return plan_.inputs.size(); }
    const Buffer& input(std::size_t i) const { return plan_.buffer(plan_.inputs[i]); }
    const Buffer& output() const { return plan_.buffer(plan_.output); }
    const void* run(std::span<const void* const> given) { return executor_->run(given); }

   private:
    friend OneStage;
    Plan owned_;  // of another number of rows than the compiled one
    PlanView plan_;
    std::unique_ptr<Executor> executor_;
  };

  /// Collective. @param communication, @param backend outlive this.
  OneStage(Communication& communication, const Backend& backend)
      : communication_(communication),
        backend_(backend),
        plan_(Program::plan(communication.size())),
        parameters_(plan_) {
    forward(0);
  }

  LoadReport load(const auto& files, const std::string& strategy, const LoadOptions& options) {
    return load_parameters(parameters_, communication_, files, strategy, options);
  }
  template <class T>
  void set_parameter(std::string_view name, std::span<const T> whole) {
    parameters_.set(name, whole, communication_.rank());
  }
  /// Collective where the number of rows is a new one.
  Forward& forward(Index rows) {
    return forwards_.at(rows, [&](Forward& made) {
      if (rows) made.owned_ = Program::plan(communication_.size(), rows, plan_);
      made.plan_ = rows ? view(made.owned_) : plan_;
      if (made.plan_.finding)
        throw Error(text(made.plan_.finding, made.plan_.name(made.plan_.where)));
      made.executor_ =
          std::make_unique<Executor>(made.plan_, backend_, communication_, parameters_);
    });
  }
  Index rank() const { return communication_.rank(); }
  const PlanView& plan() const { return plan_; }
  Parameters& parameters() { return parameters_; }
  Graph network() const { return Program::graph(communication_.size()); }

 private:
  Communication& communication_;
  const Backend& backend_;
  PlanView plan_;
  Parameters parameters_;
  Remembered<Index, Forward> forwards_;  // by rows; 0: as compiled
};

}  // namespace detail

template <class Network, class Input, class Devices>
class Model : public NetworkModel<detail::OneStage<Network, Input, Devices>> {
 public:
  using NetworkModel<detail::OneStage<Network, Input, Devices>>::NetworkModel;
};

}  // namespace tenon
