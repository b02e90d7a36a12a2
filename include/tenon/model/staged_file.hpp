// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/file_model.hpp builds of a network that a strategy file puts into several pipeline
/// stages: this rank's stage of it, with its weights alone.
#include <tenon/model/any_model.hpp>
#include <tenon/model/model_source.hpp>
#include <tenon/model/named_inputs.hpp>
#include <tenon/model/staged_program.hpp>
#include <tenon/plan/planned_stages.hpp>

namespace tenon::detail {

/// Whether a strategy file has more stages than the first.
inline bool says_stages(const std::string& strategy) {
  if (strategy.empty()) return false;
  const StrategyFile file = read_strategies(strategy);
  return std::ranges::any_of(file.strategies,
                             [](const StoredStrategy& stored) { return stored.stage != 0; });
}

class StagedFile : public AnyModel {
  using Shapes = std::vector<Dims>;  // of the inputs

 public:
  /// Collective. @throws Error on every rank.
  StagedFile(const std::string& path, ModelType type, const Backend& backend,
             Communication& communication, const BuildOptions& options)
      : ranks_(communication.size()) {
    std::uint64_t content = 0;
    communication.together([&] {
      if (options.auto_parallel || options.weights_of)
        throw Error(sentence(options.strategy, " has pipeline stages: strategies are found, and ",
                             "weights shared, for networks of one stage"));
      source_ = std::make_shared<ModelSource>(path, type, options);
      content = source_->content();
    });
    if (!communication.agree(content)) throw Error(source_->differing());
    const PipelineSettings settings{options.micro_batches, options.pipeline_result_broadcast};
    program_ = std::make_unique<StagedProgram<Shapes, Before>>(
        communication, backend, settings, shapes_of(net().graph),
        [this](const Shapes& shapes, const PlanView* loaded, Index own) {
          PlanOptions how;
          how.parameters_of = loaded;
          return planned_stages(source_->cut(source_->import(shapes).graph, ranks_), ranks_, how,
                                own);
        },
        &StagedFile::micro_batches);
    source_->fill(program_->parameters(), program_->own(), &communication);
  }

  std::vector<ModelTensor> inputs() const override {
    std::vector<ModelTensor> all;
    for (std::size_t i = 0; i < net().inputs.size(); ++i)
      all.emplace_back(net().inputs[i], input(i).shape, input(i).element);
    return all;
  }

  std::vector<ModelTensor> predict(std::span<const ModelTensor> given) override {
    const std::vector<const ModelTensor*> inputs = in_order(given, net().inputs);
    Shapes shapes;
    std::vector<const void*> data;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      check_input(*inputs[i], net().inputs[i], input(i).element);
      shapes.push_back(inputs[i]->shape());
      data.push_back(inputs[i]->data());
    }
    PipelineForward& forward = program_->forward(shapes);
    forward.run(data);
    std::vector<ModelTensor> outputs;
    for (std::size_t i = 0; i < forward.outputs(); ++i) {
      const Buffer& y = forward.described(i);
      outputs.push_back(
          output_of(net().outputs[i], y.distribution.shape, y.element, forward.output(i), given));
    }
    return outputs;
  }

  /// Of this rank's stage.
  const PlanView& plan() const override { return program_->plan(); }
  const Graph& graph() const override { return net().graph; }
  NamedNetwork network() const override {
    return {source_->cut(net().graph, ranks_), net().inputs, net().outputs};
  }
  Parameters& parameters() override { return program_->parameters(); }

 private:
  struct Before {
    bool operator()(const Shapes& a, const Shapes& b) const {
      return std::ranges::lexicographical_compare(a, b, [](const Dims& x, const Dims& y) {
        return std::ranges::lexicographical_compare(x, y);
      });
    }
  };
  /// Of every input that has as many rows as the first.
  static std::vector<Shapes> micro_batches(const Shapes& whole, Index count) {
    const Index rows = whole.empty() || whole[0].empty() ? 0 : whole[0][0];
    const Index parts = std::clamp<Index>(rows, 1, count);
    std::vector<Shapes> all;
    for (Index k = 0; k < parts; ++k) {
      const Index own = balanced_block(rows, parts, k).size();
      all.push_back(whole);
      for (Dims& shape : all.back())
        if (!shape.empty() && shape[0] == rows) shape[0] = own;
    }
    return all;
  }
  const Imported& net() const { return source_->imported(); }
  const Node& input(std::size_t i) const {
    return net().graph.nodes[std::size_t(net().graph.inputs[i])];
  }
  static Shapes shapes_of(const Graph& graph) {
    Shapes shapes;
    for (int input : graph.inputs) shapes.push_back(graph.nodes[std::size_t(input)].shape);
    return shapes;
  }

  Index ranks_;
  std::shared_ptr<ModelSource> source_;
  std::unique_ptr<StagedProgram<Shapes, Before>> program_;
};

}  // namespace tenon::detail
