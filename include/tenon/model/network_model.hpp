// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a model of a network in C++ is to its user (model/model.hpp, model/pipeline.hpp), whoever
/// holds the parameters and runs it: all ranks one plan, or each a stage's.
#include <concepts>
#include <memory>
#include <string>

#include <tenon/backend/backend.hpp>
#include <tenon/comm/alone.hpp>
#include <tenon/model/checked_input.hpp>
#include <tenon/model/load_options.hpp>
#include <tenon/model/named_network.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

/// @param Held made of a communication and a backend: load, set_parameter, and forward(rows), of
/// which inputs(), input(i), output() and run(blocks), null where this rank has no result.
template <class Held>
class NetworkModel {
 public:
  /// Collective. @param host the program's communicator: tenon/comm/mpi.hpp takes MPI's.
  /// @param settings of the communication over it: MpiSettings{.patience = 60s}.
  template <class Host, std::derived_from<Backend> B, class... Settings>
  NetworkModel(const Host& host, const B& backend, const Settings&... settings)
      : NetworkModel(std::make_unique<typename CommunicationOver<Host>::type>(host, settings...),
                     std::make_unique<B>(backend)) {}
  /// One rank alone.
  template <std::derived_from<Backend> B>
  explicit NetworkModel(const B& backend)
      : NetworkModel(std::make_unique<Alone>(), std::make_unique<B>(backend)) {}

  /// Fills the parameters from files, as tenon/model/load.hpp says, which whoever loads includes:
  ///   model.load("rank_{}/checkpoint.ckpt", "strategy.ckpt");  model.load("whole.safetensors");
  /// @param files a pattern, one whole file, or a list of files in rank order. Collective.
  LoadReport load(const auto& files, const std::string& strategy = {},
                  const LoadOptions& options = {}) {
    return held_->load(files, strategy, options);
  }
  LoadReport load(const auto& files, const LoadOptions& options) {
    return load(files, std::string(), options);
  }
  /// Fills one parameter from the whole of it, row-major; each rank keeps its slice.
  /// @throws Error when the network has no such parameter, or of another size.
  template <class T>
  void set_parameter(std::string_view name, std::span<const T> whole) {
    held_->set_parameter(name, whole);
  }

  /// The output's block of this rank (all of it, unless asked otherwise), until the next call.
  /// @param inputs this rank's block of each input, row-major: floats, or indices.
  /// @param rows of the whole batch; 0: as compiled. Another number is planned at its first use.
  /// @throws Error when an input has another size, or other elements, than its block.
  /// Collective: every rank gives the same number of rows; where one gives another, they may wait
  /// for each other for ever. Where one throws and the others do not, run_together ends the job.
  template <class Out = float>
  std::span<const Out> predict_rows(Index rows, const auto&... inputs) {
    auto& forward = held_->forward(checked(rows));
    if (sizeof...(inputs) != forward.inputs())
      throw Error(std::string("the network has ")
                      .append(std::to_string(forward.inputs()))
                      .append(" inputs, ")
                      .append(std::to_string(sizeof...(inputs)))
                      .append(" were given"));
    std::size_t i = 0;
    const void* const given[] = {
        detail::checked_input(forward.input(i++), held_->rank(), std::span(inputs))...};
    const Buffer& y = forward.output();
    detail::check_element(y, element_of<Out>, "output");
    const auto* data = static_cast<const Out*>(forward.run(given));
    if (!data) return {};
    return {data, std::size_t(volume(y.distribution.box(held_->rank())))};
  }
  /// The whole input on every rank, whose size says how many rows it has; or this rank's rows of
  /// the compiled number.
  std::span<const float> predict(std::span<const float> x) { return predict_any(x); }
  std::span<const double> predict(std::span<const double> x) { return predict_any(x); }

  /// Metrics over a dataset: model/evaluate.hpp, which whoever evaluates includes. Collective.
  template <class... Metrics>
  auto eval(const auto& dataset, Metrics... metrics) {
    return evaluate(*this, dataset, {}, std::move(metrics)...);
  }

  /// Of this rank's stage, where there are several.
  const PlanView& plan() const { return held_->plan(); }
  Parameters& parameters() { return held_->parameters(); }
  /// The whole network with its strategies and stages.
  NamedNetwork network() const { return {held_->network(), {}, {}}; }
  /// Of the ranks of all stages.
  Communication& communication() { return *communication_; }
  const Backend& backend() const { return *backend_; }

 protected:
  const Held& held() const { return *held_; }

 private:
  NetworkModel(std::unique_ptr<Communication> communication, std::unique_ptr<Backend> backend)
      : communication_(std::move(communication)),
        backend_(std::move(backend)),
        held_(std::make_unique<Held>(*communication_, *backend_)) {
    if (const auto& forward = held_->forward(0); forward.inputs() > 0)
      compiled_ = forward.input(0).distribution;
  }

  /// As batches are known: 0 as compiled.
  Index checked(Index rows) const {
    if (rows < 0)
      throw Error(std::string("a batch of ")
                      .append(std::to_string(rows))
                      .append(" rows; legal: 1 or more"));
    return !compiled_.shape.empty() && rows == compiled_.shape[0] ? 0 : rows;
  }
  template <class T>
  std::span<const T> predict_any(std::span<const T> x) {
    return predict_rows<T>(detail::rows_of(compiled_, x.size()), x);
  }

  std::unique_ptr<Communication> communication_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Held> held_;
  Distribution compiled_;  // the first input's
};

}  // namespace tenon
