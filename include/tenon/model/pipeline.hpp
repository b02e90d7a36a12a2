// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network whose layers have pipeline stages, on the ranks of a communicator:
///   Model<Network, Input<32, 28, 28>, AnyOf<1, 8>> model(communicator, Cpu{});
///   model.load("rank_{}/checkpoint.ckpt", "strategy.ckpt");
///   auto logits = model.predict(images);          // on the last stage's ranks; else empty
/// It is Model for such networks (include this header, then nothing else changes). Each stage's
/// ranks plan, hold and load its parameters alone. predict returns when this rank's part is done:
/// ranks that go on predicting work on several batches at once, each stage on one.
#include <tenon/model/model.hpp>
#include <tenon/model/staged_network.hpp>
#include <tenon/model/staged_program.hpp>

namespace tenon {

namespace detail {

/// A network of which each rank runs its stage.
template <class Network, class Input, class Devices>
class InStages {
  using Program = StagedNetwork<Network, Input, Devices>;

 public:
  class Forward {
   public:
    std::size_t inputs() const { return inputs_.size(); }
    const Buffer& input(std::size_t i) const { return inputs_[i]; }
    const Buffer& output() const { return forward_->described(0); }
    const void* run(std::span<const void* const> given) {
      forward_->run(given);
      return forward_->output(0);
    }

   private:
    friend InStages;
    std::vector<Buffer> inputs_;  // the whole network's, as a stage's ranks are given them
    PipelineForward* forward_ = nullptr;
  };

  InStages(Communication& communication, const Backend& backend)
      : communication_(communication),
        program_(
            communication, backend, Program::settings(), 0,
            [ranks = Index(communication.size())](Index rows, const Pipeline* loaded) {
              return Program::pipeline(ranks, rows, loaded);
            },
            [](Index rows, Index parts) { return rows_of_parts(rows, parts); }) {
    const Graph graph = network();
    for (int parameter : graph.parameters)
      names_.emplace_back(graph.names[graph.nodes[std::size_t(parameter)].name]);
  }

  /// The files of all stages, and a merged strategy. Each rank holds its stage's parameters, and
  /// looks only into files that have some of them.
  LoadReport load(const auto& files, const std::string& strategy, const LoadOptions& options) {
    return load_stage(parameters(), program_.own(), communication_, names_, files, strategy,
                      options);
  }
  /// @throws Error when the network has no such parameter in any stage.
  template <class T>
  void set_parameter(std::string_view name, std::span<const T> whole) {
    bool own = false;
    for (const Parameters::Slice& slice : parameters().slices()) own = own || slice.name == name;
    if (own || !contains(names_, name)) parameters().set(name, whole, rank());
  }
  Forward& forward(Index rows) {
    Forward& forward = forwards_.at(rows, [&](Forward& made) {
      const Interface all = Program::interface(communication_.size(), program_.stages(), rows);
      for (int i = 0; i < all.inputs.size(); ++i)
        made.inputs_.push_back({.place = Buffer::Place::input,
                                .distribution = all.options.inputs[i],
                                .element = all.inputs[i].element,
                                .name = {}});
    });
    forward.forward_ = &program_.forward(rows);
    return forward;
  }
  Index rank() { return program_.own().rank(); }
  const PlanView& plan() const { return program_.plan(); }
  Parameters& parameters() { return program_.parameters(); }
  Graph network() const { return Program::graph(communication_.size(), 0); }
  const StagedProgram<Index>& program() const { return program_; }

 private:
  static std::vector<Index> rows_of_parts(Index rows, Index parts) {
    const Dims shape = Program::interface(1, 1, 0).inputs[0].shape;
    const Index all = rows || shape.empty() ? rows : shape[0];
    std::vector<Index> sizes(std::size_t(std::clamp<Index>(all, 1, parts)));
    for (std::size_t k = 0; k < sizes.size(); ++k)
      sizes[k] = balanced_block(all, Index(sizes.size()), Index(k)).size();
    return sizes;
  }

  Communication& communication_;
  std::vector<std::string> names_;  // of the whole network's parameters
  StagedProgram<Index> program_;
  Remembered<Index, Forward> forwards_;  // by rows; 0: as compiled
};

}  // namespace detail

template <class Network, class Input, class Devices>
requires detail::is_staged<Network, Input, Devices>
class Model<Network, Input, Devices>
    : public NetworkModel<detail::InStages<Network, Input, Devices>> {
 public:
  using NetworkModel<detail::InStages<Network, Input, Devices>>::NetworkModel;

  /// All stages' plans, and what goes between them.
  const Pipeline& pipeline() const { return this->held().program().pipeline(); }
  Index stage() const { return this->held().program().stage(); }
  Index stages() const { return this->held().program().stages(); }
};

}  // namespace tenon
