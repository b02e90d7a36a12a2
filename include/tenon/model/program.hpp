// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The constant plans of one program, one for each number of ranks that it is compiled for:
///   AnyOf<1, 2, 4, 8>;   Inputs<Input<32, 28, 28>, InputOf<int, 32>>
#include <tenon/plan/constant.hpp>
#include <tenon/plan/planned.hpp>
#include <tenon/plan/stages.hpp>

namespace tenon {

/// The numbers of ranks that one program is compiled for.
template <Index... counts>
struct AnyOf {};

/// Several inputs, in the order of construct's arguments.
template <class... Parts>
struct Inputs {};

namespace detail {

template <class Network, class Input, class Devices>
inline constexpr bool is_staged = false;
template <class Network, class... Parts, Index... counts>
inline constexpr bool is_staged<Network, Inputs<Parts...>, AnyOf<counts...>> =
    (has_stages(trace(instantiate<Network>(counts), interface_of<Parts...>(counts).inputs)) || ...);
template <class Network, class Input, Index... counts>
inline constexpr bool is_staged<Network, Input, AnyOf<counts...>> =
    is_staged<Network, Inputs<Input>, AnyOf<counts...>>;
template <class Network, class Input, Index count>
inline constexpr bool is_staged<Network, Input, Devices<count>> =
    is_staged<Network, Input, AnyOf<count>>;

/// The constants of one program, for each number of ranks that it knows.
template <class Network, class Input, class Devices>
struct Program;
template <class Network, class... Parts, Index... counts>
struct Program<Network, Inputs<Parts...>, AnyOf<counts...>> {
  static_assert(!is_staged<Network, Inputs<Parts...>, AnyOf<counts...>>,
                "tenon: the network has pipeline stages: include <tenon/model/pipeline.hpp>");
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
  static Graph graph(Index ranks) { return network_graph<Network, Parts...>(ranks); }
  static Plan plan(Index ranks, Index rows, const PlanView& loaded) {
    Interface all = interface_of<Parts...>(ranks, rows);
    all.options.parameters_of = &loaded;
    return planned(network_graph<Network, Parts...>(ranks, rows), ranks, all.options);
  }
};
template <class Network, class Input, Index... counts>
struct Program<Network, Input, AnyOf<counts...>>
    : Program<Network, Inputs<Input>, AnyOf<counts...>> {};
template <class Network, class Input, Index count>
struct Program<Network, Input, Devices<count>> : Program<Network, Input, AnyOf<count>> {};

}  // namespace detail

}  // namespace tenon
