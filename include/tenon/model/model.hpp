// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network that was planned by the compiler, on the ranks of a communicator:
///   Model<Network, Input<32, 28, 28>, AnyOf<1, 2, 4, 8>> model(communicator, Cpu{});
///   model.load("rank_{}/checkpoint.ckpt", "strategy.ckpt");
///   auto logits = model.predict(images);
#include <map>

#include <tenon/comm/alone.hpp>
#include <tenon/model/build_options.hpp>
#include <tenon/model/checked_input.hpp>
#include <tenon/model/program.hpp>
#include <tenon/run/executor.hpp>

namespace tenon {

template <class Network, class Input, class Devices>
class Model {
  using Program = detail::Program<Network, Input, Devices>;

 public:
  /// Collective. @param host the program's communicator: tenon/comm/mpi.hpp takes MPI's.
  /// @param settings of the communication over it: MpiSettings{.patience = 60s}.
  template <class Host, std::derived_from<Backend> B, class... Settings>
  Model(const Host& host, const B& backend, const Settings&... settings)
      : Model(std::make_unique<typename CommunicationOver<Host>::type>(host, settings...),
              std::make_unique<B>(backend)) {}
  /// One rank alone.
  template <std::derived_from<Backend> B>
  explicit Model(const B& backend)
      : Model(std::make_unique<Alone>(), std::make_unique<B>(backend)) {}

  /// Fills the parameters from files, as tenon/model/load.hpp says, which whoever loads includes:
  ///   model.load("rank_{}/checkpoint.ckpt", "strategy.ckpt");  model.load("whole.safetensors");
  /// @param files a pattern, one whole file, or a list of files in rank order. Collective.
  LoadReport load(const auto& files, const std::string& strategy = {},
                  const LoadOptions& options = {}) {
    return load_parameters(parameters_, *communication_, files, strategy, options);
  }
  LoadReport load(const auto& files, const LoadOptions& options) {
    return load(files, std::string(), options);
  }
  /// Fills one parameter from the whole of it, row-major; each rank keeps its slice.
  /// @throws Error when the network has no such parameter, or of another size.
  template <class T>
  void set_parameter(std::string_view name, std::span<const T> whole) {
    parameters_.set(name, whole, communication_->rank());
  }

  /// The output's block of this rank (all of it, unless asked otherwise), until the next call.
  /// @param inputs this rank's block of each input, row-major: floats, or indices.
  /// @param rows of the whole batch; 0: as compiled. Another number is planned at its first use.
  /// @throws Error when an input has another size, or other elements, than its block.
  /// Collective: every rank gives the same number of rows; where one gives another, they may wait
  /// for each other for ever. Where one throws and the others do not, run_together ends the job.
  template <class Out = float>
  std::span<const Out> predict_rows(Index rows, const auto&... inputs) {
    Forward& forward = forward_of(rows);
    const PlanView& plan = forward.plan;
    if (sizeof...(inputs) != plan.inputs.size())
      throw Error(std::string("the network has ")
                      .append(std::to_string(plan.inputs.size()))
                      .append(" inputs, ")
                      .append(std::to_string(sizeof...(inputs)))
                      .append(" were given"));
    std::size_t i = 0;
    const void* const given[] = {detail::checked_input(
        plan.buffer(plan.inputs[i++]), communication_->rank(), std::span(inputs))...};
    const Buffer& y = plan.buffer(plan.output);
    detail::check_element(y, element_of<Out>, "output");
    const auto* data = static_cast<const Out*>(forward.executor->run(given));
    return {data, std::size_t(volume(y.distribution.box(communication_->rank())))};
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

  const PlanView& plan() const { return plan_; }
  Parameters& parameters() { return parameters_; }
  Communication& communication() { return *communication_; }
  const Backend& backend() const { return *backend_; }

 private:
  struct Forward {
    Plan owned;
    PlanView plan;
    std::unique_ptr<Executor> executor;
    Index used = 0;  // the call that last used it
  };
  static constexpr std::size_t most_forwards = 16;  // numbers of rows besides the compiled one

  Model(std::unique_ptr<Communication> communication, std::unique_ptr<Backend> backend)
      : communication_(std::move(communication)),
        backend_(std::move(backend)),
        plan_(Program::plan(communication_->size())),
        parameters_(plan_) {
    forward_of(0);
  }

  template <class T>
  std::span<const T> predict_any(std::span<const T> x) {
    const Buffer& input = plan().buffer(plan().inputs[0]);
    return predict_rows<T>(detail::rows_of(input.distribution, x.size()), x);
  }
  void forget_oldest() {
    auto oldest = forwards_.end();
    for (auto it = forwards_.begin(); it != forwards_.end(); ++it)
      if (it->first && (oldest == forwards_.end() || it->second.used < oldest->second.used))
        oldest = it;
    forwards_.erase(oldest);
  }
  Forward& forward_of(Index rows) {
    const Dims& shape = plan_.buffer(plan_.inputs[0]).distribution.shape;
    if (!shape.empty() && rows == shape[0]) rows = 0;
    if (rows < 0)
      throw Error(std::string("a batch of ")
                      .append(std::to_string(rows))
                      .append(" rows; legal: 1 or more"));
    if (forwards_.size() > most_forwards && !forwards_.contains(rows)) forget_oldest();
    auto& forward = forwards_[rows];
    forward.used = ++calls_;
    if (forward.executor) return forward;
    if (rows) forward.owned = Program::plan(communication_->size(), rows, plan_);
    forward.plan = rows ? view(forward.owned) : plan_;
    if (forward.plan.finding)
      throw Error(text(forward.plan.finding, forward.plan.name(forward.plan.where)));
    forward.executor =
        std::make_unique<Executor>(forward.plan, *backend_, *communication_, parameters_);
    return forward;
  }

  std::unique_ptr<Communication> communication_;
  std::unique_ptr<Backend> backend_;
  PlanView plan_;
  Parameters parameters_;
  Index calls_ = 0;
  std::map<Index, Forward> forwards_;  // by rows; 0: as compiled
};

}  // namespace tenon
