// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network whose layers have pipeline stages, on the ranks of a communicator:
///   Model<Network, Input<32, 28, 28>, AnyOf<1, 8>> model(communicator, Cpu{});
///   model.load("rank_{}/checkpoint.ckpt", "strategy.ckpt");
///   auto logits = model.predict(images);          // on the last stage's ranks; else empty
/// It is Model for such networks (include this header, then nothing else changes). Each stage's
/// ranks plan, hold and load its parameters alone. predict returns when this rank's part is done:
/// ranks that go on predicting work on several batches at once, each stage on one.
#include <tenon/comm/alone.hpp>
#include <tenon/model/model.hpp>
#include <tenon/model/staged_program.hpp>
#include <tenon/model/staged_network.hpp>

namespace tenon {

template <class Network, class Input, class Devices>
requires detail::is_staged<Network, Input, Devices>
class Model<Network, Input, Devices> {
  using Program = detail::StagedNetwork<Network, Input, Devices>;

 public:
  /// Collective. @param host, @param settings as of any Model.
  template <class Host, std::derived_from<Backend> B, class... Settings>
  Model(const Host& host, const B& backend, const Settings&... settings)
      : Model(std::make_unique<typename CommunicationOver<Host>::type>(host, settings...),
              std::make_unique<B>(backend)) {}
  /// One rank alone, where the network has one stage there.
  template <std::derived_from<Backend> B>
  explicit Model(const B& backend)
      : Model(std::make_unique<Alone>(), std::make_unique<B>(backend)) {}

  /// As of any Model; the files of all stages, and a merged strategy. Each rank holds its stage's
  /// parameters, and looks only into files that have some of them.
  LoadReport load(const auto& files, const std::string& strategy = {},
                  const LoadOptions& options = {}) {
    return load_stage(program_->parameters(), program_->own(), *communication_, names_, files,
                      strategy, options);
  }
  LoadReport load(const auto& files, const LoadOptions& options) {
    return load(files, std::string(), options);
  }
  /// @throws Error when the network has no such parameter in any stage, or of another size.
  template <class T>
  void set_parameter(std::string_view name, std::span<const T> whole) {
    bool own = false;
    for (const Parameters::Slice& slice : parameters().slices()) own = own || slice.name == name;
    if (own || !contains(names_, name)) parameters().set(name, whole, program_->own().rank());
  }

  /// This rank's block of the output, until the next call; empty on ranks that have none (see
  /// PipelineResultBroadcast). @param rows, @param inputs and errors as of any Model.
  template <class Out = float>
  std::span<const Out> predict_rows(Index rows, const auto&... inputs) {
    const Interface all = Program::interface(ranks(), stages(), rows);
    if (sizeof...(inputs) != all.inputs.size())
      throw Error(std::string("the network has ")
                      .append(std::to_string(all.inputs.size()))
                      .append(" inputs, ")
                      .append(std::to_string(sizeof...(inputs)))
                      .append(" were given"));
    int i = 0;
    const auto data = [&](const auto& x) {
      const Buffer given{.place = Buffer::Place::input,
                         .distribution = all.options.inputs[i],
                         .element = all.inputs[i].element,
                         .name = {}};
      return ++i, detail::checked_input(given, program_->own().rank(), x);
    };
    const void* const given[] = {data(std::span(inputs))...};
    PipelineForward& forward = program_->forward(checked_rows(rows));
    const Buffer& y = forward.described(0);
    detail::check_element(y, element_of<Out>, "output");
    forward.run(given);
    if (!forward.has_result()) return {};
    return {static_cast<const Out*>(forward.output(0)),
            std::size_t(volume(y.distribution.box(program_->own().rank())))};
  }
  std::span<const float> predict(std::span<const float> x) { return predict_any(x); }
  std::span<const double> predict(std::span<const double> x) { return predict_any(x); }

  /// Metrics over a dataset: model/evaluate.hpp. All ranks need the result:
  /// PipelineResultBroadcast.
  template <class... Metrics>
  auto eval(const auto& dataset, Metrics... metrics) {
    return evaluate(*this, dataset, {}, std::move(metrics)...);
  }

  /// Of this rank's stage.
  const PlanView& plan() const { return program_->plan(); }
  Parameters& parameters() { return program_->parameters(); }
  /// All stages' plans, and what goes between them.
  const Pipeline& pipeline() const { return program_->pipeline(); }
  Index stage() const { return program_->stage(); }
  Index stages() const { return program_->stages(); }
  /// Of the ranks of all stages.
  Communication& communication() { return *communication_; }
  const Backend& backend() const { return *backend_; }

 private:
  Model(std::unique_ptr<Communication> communication, std::unique_ptr<Backend> backend)
      : communication_(std::move(communication)), backend_(std::move(backend)) {
    const Index count = ranks();
    const Graph graph = Program::graph(count, 0);
    for (int parameter : graph.parameters)
      names_.emplace_back(graph.names[graph.nodes[std::size_t(parameter)].name]);
    program_ = std::make_unique<detail::StagedProgram<Index>>(
        *communication_, *backend_, Program::settings(), 0,
        [count](Index rows, const PlanView* loaded, Index own) {
          return Program::pipeline(count, rows, loaded, own);
        },
        [](Index rows, Index parts) {
          const Index all = rows ? rows : compiled_rows();
          const Index count = std::clamp<Index>(all, 1, parts);
          std::vector<Index> sizes;
          for (Index k = 0; k < count; ++k) sizes.push_back(balanced_block(all, count, k).size());
          return sizes;
        });
  }

  Index ranks() const { return communication_->size(); }
  static Index compiled_rows() {
    const Dims shape = Program::interface(1, 1, 0).inputs[0].shape;
    return shape.empty() ? 0 : shape[0];
  }
  /// As the program knows batches: 0 as compiled.
  Index checked_rows(Index rows) const {
    if (rows < 0)
      throw Error(std::string("a batch of ")
                      .append(std::to_string(rows))
                      .append(" rows; legal: 1 or more"));
    return rows == compiled_rows() ? 0 : rows;
  }
  template <class T>
  std::span<const T> predict_any(std::span<const T> x) {
    const Interface all = Program::interface(ranks(), stages(), 0);
    return predict_rows<T>(detail::rows_of(all.options.inputs[0], x.size()), x);
  }

  std::unique_ptr<Communication> communication_;
  std::unique_ptr<Backend> backend_;
  std::vector<std::string> names_;  // of the whole network's parameters
  std::unique_ptr<detail::StagedProgram<Index>> program_;
};

}  // namespace tenon
