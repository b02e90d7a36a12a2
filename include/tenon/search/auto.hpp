// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Strategies that the compiler finds, behind the inputs of a plan or a model:
///   plan_of<Network, Devices<8>, Input<32, 28, 28>, Auto>
///   Model<Network, Inputs<Input<32, 28, 28>, AutoOn<GpuNode>>, AnyOf<1, 2, 4, 8>>
/// Operators that have a strategy keep it. Other batches of a model keep what was found for the one
/// that was compiled. Cost: seconds of compile time; beyond `most_operators_times_devices` it is an
/// error that says so.
#include <array>

#include <tenon/plan/constant.hpp>
#include <tenon/search/machines.hpp>
#include <tenon/search/search.hpp>

namespace tenon {

/// Operators with a choice, times devices, that the compiler searches through: what its limits of
/// one constant leave room for (g++: -fconstexpr-ops-limit, 2^25; clang: -fconstexpr-steps, 2^20).
#ifdef __clang__
inline constexpr Index most_operators_times_devices = 12;
#else
inline constexpr Index most_operators_times_devices = 24;
#endif

namespace detail {

/// @tparam nodes of the graph
template <std::size_t nodes>
struct FrozenStrategies {
  std::array<Splits, nodes> splits{};
  std::size_t count = 0;
  Picoseconds cost = 0;
  bool exact = true;
  Finding finding{};

  constexpr explicit FrozenStrategies(const Searched& found)
      : cost(found.cost), exact(found.exact), finding(found.finding) {
    for (const Splits& one : found.splits) splits[count++] = one;
  }
  constexpr Searched searched() const {
    Searched found{{}, cost, exact, finding};
    for (std::size_t i = 0; i < count; ++i) found.splits.push_back(splits[i]);
    return found;
  }
};

/// More than the compiler should be asked, or nothing.
constexpr Finding too_large(const Graph& graph, Index devices, const SearchOptions& options) {
  Index operators = 0;
  for (const Node& n : graph.nodes)
    operators +=
        n.kind == Node::Kind::operation && !n.splits.stated() && is_searched(graph, n, options);
  if (operators * devices <= most_operators_times_devices) return {};
  return {Mistake::search_too_large, {}, -1, 0, operators * devices, most_operators_times_devices};
}

}  // namespace detail

template <class On = CpuNode, SearchMode search_mode = SearchMode::dynamic_programming>
struct AutoOn {
  static constexpr Machine machine = On::machine;
  static constexpr SearchOptions options_for(const PlanOptions& plan) {
    SearchOptions options;
    options.mode = search_mode;
    options.plan = plan;
    options.plan.parameters_of = nullptr;
    return options;
  }
  /// The same search while the program runs.
  static constexpr Searched find(const Graph& graph, Index devices, const PlanOptions& plan) {
    return search(graph, devices, machine, options_for(plan));
  }

  /// What the compiler found, once for all plans of these types.
  template <class Network, class Devices, class... Parts>
  struct Found {
    static constexpr Graph graph_of() {
      return trace(instantiate<Network>(Devices::value),
                   interface_of<Parts...>(Devices::value).inputs);
    }
    static constexpr Searched make() {
      const Graph graph = graph_of();
      const SearchOptions options = options_for(interface_of<Parts...>(Devices::value).options);
      if (const Finding large = detail::too_large(graph, Devices::value, options))
        return {{}, 0, true, large};
      return search(graph, Devices::value, machine, options);
    }
    static constexpr std::size_t nodes = graph_of().nodes.size();
    static constexpr auto frozen = detail::FrozenStrategies<nodes>(make());
    static constexpr Picoseconds cost = frozen.cost;
    static constexpr bool exact = frozen.exact;
    static constexpr Searched strategies() { return frozen.searched(); }
  };
};
using Auto = AutoOn<>;

}  // namespace tenon
