// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network read from a file, in MindSpore Lite's words, on the ranks of a communicator or alone:
///   Model model(communicator);
///   model.build_from_file("mlp.mindir", ModelType::MINDIR, context, "config_file.ini");
///   auto inputs = model.get_inputs();  inputs[0].set_data(pixels);
///   auto outputs = model.predict(inputs);  outputs[0].data<float>()
/// It is what Model<Network, ...> is for a network in C++: the same graph, plan and steps.
#include <tenon/core/separate.hpp>
#include <tenon/model/any_model.hpp>
#include <tenon/model/build_options.hpp>
#include <tenon/model/context.hpp>
#include <tenon/model/model.hpp>
#include <tenon/model/model_tensor.hpp>

namespace tenon {

/// Movable. What it gives stays until the next predict.
template <>
class Model<FromFile> {
 public:
  /// One rank alone.
  TENON_DECL Model();
  /// Collective. @param host the program's communicator: tenon/comm/mpi.hpp takes MPI's,
  /// tenon/comm/tcp.hpp that of processes without one.
  template <class Host, class... Settings>
  requires(!std::derived_from<Host, Model>) explicit Model(const Host& host,
                                                           const Settings&... settings)
      : Model(std::unique_ptr<Communication>(
            std::make_unique<typename CommunicationOver<Host>::type>(host, settings...))) {}
  TENON_DECL ~Model();
  TENON_DECL Model(Model&&) noexcept;
  TENON_DECL Model& operator=(Model&&) noexcept;

  /// Reads, cuts and loads a model. Collective.
  /// @param config_file of sections like [ascend_context]; none.
  /// @throws Error on every rank: the file, the context or the strategy are wrong, they and the
  /// ranks do not fit, or ranks were given different models. The model is then what it was.
  TENON_DECL void build_from_file(const std::string& path, ModelType type = ModelType::ANY,
                                  const Context& context = {}, const std::string& config_file = {},
                                  const BuildOptions& options = {});
  /// With a backend that no context knows.
  TENON_DECL void build_from_file(const std::string& path, ModelType type,
                                  std::unique_ptr<Backend> backend, const BuildOptions& options);

  /// Tensors of the inputs' names, shapes and elements; all zero.
  TENON_DECL std::vector<ModelTensor> get_inputs() const;
  /// The outputs, whole and with the same bits on every rank. Collective: every rank gives inputs
  /// of the same shapes; where one gives others, or what is wrong, the others may wait for it for
  /// ever (as in Model<Network>; run_together ends the job).
  /// @param inputs whole on every rank, by name, or in order where they have none. Their leading
  /// dimension, and one that the file leaves open, may be another than the model's: it is planned
  /// at its first use.
  /// @throws Error that says what is wrong with an input.
  TENON_DECL std::vector<ModelTensor> predict(std::span<const ModelTensor> inputs);
  std::vector<ModelTensor> predict(std::initializer_list<ModelTensor> inputs) {
    return predict(std::span(inputs.begin(), inputs.size()));
  }

  /// Metrics over a dataset: model/evaluate.hpp, which whoever evaluates includes. Collective.
  template <class... Metrics>
  auto eval(const auto& dataset, Metrics... metrics) {
    return evaluate(*this, dataset, {}, std::move(metrics)...);
  }

  TENON_DECL const PlanView& plan() const;
  TENON_DECL const Graph& graph() const;    // of the shapes that it was built for
  TENON_DECL NamedNetwork network() const;  // the same with strategies and names
  TENON_DECL Index stages() const;  // 1: no pipeline
  /// All stages' plans, and what goes between them. @throws Error of a model of one stage.
  TENON_DECL const Pipeline& pipeline() const;
  TENON_DECL Parameters& parameters();
  TENON_DECL Communication& communication();
  TENON_DECL const Backend& backend() const;

 private:
  TENON_DECL explicit Model(std::unique_ptr<Communication> communication);

  struct Built;
  std::unique_ptr<Communication> communication_;
  std::unique_ptr<Built> built_;
};

Model()->Model<FromFile>;
template <class Host, class... Settings>
Model(const Host&, const Settings&...) -> Model<FromFile>;

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/model/file_model.ipp>
#endif
