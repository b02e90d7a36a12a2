// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network that was planned by the compiler, on the ranks of a communicator:
///   Model<Network, Input<32, 28, 28>, AnyOf<1, 2, 4, 8>> model(communicator, Cpu{});
///   model.load("rank_{}/checkpoint.ckpt", "strategy.ckpt");
///   auto logits = model.predict(images);
#include <map>

#include <tenon/comm/alone.hpp>
#include <tenon/plan/constant.hpp>
#include <tenon/run/executor.hpp>

namespace tenon {

/// The numbers of ranks that one program is compiled for.
template <Index... counts>
struct AnyOf {};

/// Several inputs, in the order of construct's arguments.
template <class... Parts>
struct Inputs {};

namespace detail {

/// The constants of one program, for each number of ranks that it knows.
template <class Network, class Input, class Devices>
struct Program;
template <class Network, class... Parts, Index... counts>
struct Program<Network, Inputs<Parts...>, AnyOf<counts...>> {
  static_assert((Compiled<Network, Devices<counts>, Parts...>::legal && ...));

  /// @throws Error that lists the legal numbers.
  static PlanView plan(Index ranks) {
    PlanView found;
    if (!((ranks == counts && (found = view(plan_of<Network, Devices<counts>, Parts...>), true)) ||
          ...))
      throw Error(std::string("this program runs on ")
                      .append(text(Vector<Index, 64>{counts...}))
                      .append(" ranks, not on ")
                      .append(std::to_string(ranks)));
    return found;
  }
  static Plan plan(Index ranks, Index rows) { return plan_network<Network, Parts...>(ranks, rows); }
};
template <class Network, class Input, Index... counts>
struct Program<Network, Input, AnyOf<counts...>>
    : Program<Network, Inputs<Input>, AnyOf<counts...>> {};
template <class Network, class Input, Index count>
struct Program<Network, Input, Devices<count>> : Program<Network, Input, AnyOf<count>> {};

}  // namespace detail

template <class Network, class Input, class Devices>
class Model {
  using Program = detail::Program<Network, Input, Devices>;

 public:
  /// Collective. @param host the program's communicator: tenon/comm/mpi.hpp takes MPI's.
  template <class Host, std::derived_from<Backend> B>
  Model(const Host& host, const B& backend)
      : Model(std::make_unique<typename CommunicationOver<Host>::type>(host),
              std::make_unique<B>(backend)) {}
  /// One rank alone.
  template <std::derived_from<Backend> B>
  explicit Model(const B& backend)
      : Model(std::make_unique<Alone>(), std::make_unique<B>(backend)) {}

  /// Fills the parameters from files, as tenon/model/load.hpp says, which whoever loads includes:
  /// model.load("rank_{}/checkpoint.ckpt", "strategy.ckpt"). Collective.
  template <class... Files>
  void load(const Files&... files) {
    load_parameters(parameters_, *communication_, files...);
  }
  /// Fills one parameter from the whole of it, row-major; each rank keeps its slice.
  /// @throws Error when the network has no such parameter, or of another size.
  template <class T>
  void set_parameter(std::string_view name, std::span<const T> whole) {
    parameters_.set(name, whole, communication_->rank());
  }

  /// The output's block of this rank (all of it, unless asked otherwise), until the next call.
  /// @param inputs this rank's block of each input: floats, or indices, row-major.
  /// @param rows of the whole batch; 0: as compiled. Another number is planned at its first use.
  /// Collective: every rank gives the same number of rows.
  template <class... T>
  std::span<const float> predict_rows(Index rows, const T*... inputs) {
    Forward& forward = forward_of(rows);
    const void* const given[] = {inputs...};
    const Buffer& y = forward.plan.buffer(forward.plan.output);
    const auto* data = static_cast<const float*>(forward.executor->run(given));
    return {data, std::size_t(volume(y.distribution.box(communication_->rank())))};
  }
  /// The whole input on every rank; its size says how many rows it has.
  std::span<const float> predict(std::span<const float> x) {
    const Buffer& input = plan().buffer(plan().inputs[0]);
    const Dims& shape = input.distribution.shape;
    const Index row = product(shape) / shape[0], rows = Index(x.size()) / row;
    if (input.distribution.parts(0) > 1) return predict_rows(0, x.data());
    if (rows * row != Index(x.size()) || rows == 0)
      throw Error(std::string("an input of ")
                      .append(std::to_string(x.size()))
                      .append(" elements is not made of rows of ")
                      .append(std::to_string(row)));
    return predict_rows(rows, x.data());
  }

  const PlanView& plan() const { return plan_; }
  Parameters& parameters() { return parameters_; }
  Communication& communication() { return *communication_; }

 private:
  struct Forward {
    Plan owned;
    PlanView plan;
    std::unique_ptr<Executor> executor;
  };

  Model(std::unique_ptr<Communication> communication, std::unique_ptr<Backend> backend)
      : communication_(std::move(communication)),
        backend_(std::move(backend)),
        plan_(Program::plan(communication_->size())),
        parameters_(plan_) {
    forward_of(0);
  }

  Forward& forward_of(Index rows) {
    const Dims& shape = plan_.buffer(plan_.inputs[0]).distribution.shape;
    if (!shape.empty() && rows == shape[0]) rows = 0;
    auto& forward = forwards_[rows];
    if (forward.executor) return forward;
    if (rows) forward.owned = Program::plan(communication_->size(), rows);
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
  std::map<Index, Forward> forwards_;  // by rows; 0: as compiled
};

}  // namespace tenon
