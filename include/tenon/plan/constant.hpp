// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The plan of a network in C++ as a constant:
///   static_assert(plan_of<Network, Devices<8>, Input<32, 28, 28>>.collectives() == 3);
/// An illegal cut fails one assertion that names the layer, the dimension and the numbers.
/// Cost: 0.1 s of compile time for three layers.
#include <tenon/plan/frozen.hpp>
#include <tenon/plan/planner.hpp>

namespace tenon {

/// On how many ranks.
template <Index count>
struct Devices {
  static constexpr Index value = count;
};

/// An input of which every rank is given the whole (MindSpore's full_batch):  Input<32, 28, 28>.
template <class T, Index... sizes>
struct InputOf {
  static constexpr Signature signature{{sizes...}, element_of<T>};
  static constexpr Distribution given(const Dims& shape, Index) { return whole(shape); }
};
template <Index... sizes>
using Input = InputOf<float, sizes...>;

/// An input of which each rank feeds its own rows, its balanced block of dimension 0 (MindSpore's
/// full_batch = False). The shape is that of all rows; every rank gets its own rows of the output.
template <class T, Index... sizes>
struct InputRowsOf {
  static constexpr Signature signature{{sizes...}, element_of<T>};
  static constexpr Distribution given(const Dims& shape, Index devices) {
    return shape.empty() ? whole(shape) : whole(shape).cut(0, {{devices, 1}});
  }
  static constexpr PlanOptions::Output output = PlanOptions::Output::rows;
};
template <Index... sizes>
using InputRows = InputRowsOf<float, sizes...>;

/// Behind the inputs: what every rank gets of the output, if not what follows from the inputs.
template <PlanOptions::Output what>
struct OutputAs {
  static constexpr PlanOptions::Output output = what;
};

/// An input that is not made of rows: another batch leaves it as it is.
template <class T, Index... sizes>
struct FixedInputOf : InputOf<T, sizes...> {
  static constexpr bool fixed = true;
};
template <Index... sizes>
using FixedInput = FixedInputOf<float, sizes...>;

/// Behind the inputs: strategies that MindSpore refuses are refused.
struct Strict {
  static constexpr bool strict = true;
};

/// The inputs' signatures and the options that a list of these types says, `rows` of dimension 0
/// instead of the compiled number where `rows` is not 0.
struct Interface {
  Vector<Signature, 4> inputs;
  PlanOptions options;
};
template <class... Parts>
constexpr Interface interface_of(Index devices, Index rows = 0) {
  Interface all;
  const auto add = [&]<class Part>(Part) {
    if constexpr (requires { Part::output; }) all.options.output = Part::output;
    if constexpr (requires { Part::strict; }) all.options.strict = true;
    if constexpr (requires { Part::signature; }) {
      Signature signature = Part::signature;
      constexpr bool fixed = requires { Part::fixed; };
      if (rows && !fixed && !signature.shape.empty()) signature.shape[0] = rows;
      all.inputs.push_back(signature);
      all.options.inputs.push_back(Part::given(signature.shape, devices));
    }
  };
  (add(Parts{}), ...);
  return all;
}

/// The network for so many devices: constructed from the count if it takes one.
template <class Network>
constexpr Network instantiate(Index devices) {
  if constexpr (requires { Network{devices}; }) return Network{devices};
  else return Network{};
}

namespace detail {

/// The graph told what a part of the interface found for it (search/auto.hpp), or its finding.
constexpr Graph told(Graph graph, const auto& found) {
  graph.report(found.finding, found.finding.where);
  return found.apply(std::move(graph));
}

}  // namespace detail

/// The network's graph; a part that finds strategies finds them for the compiled number of rows.
template <class Network, class... Parts>
constexpr Graph network_graph(Index devices, Index rows = 0) {
  const Network network = instantiate<Network>(devices);
  const Interface compiled = interface_of<Parts...>(devices);
  Graph graph =
      trace(network, rows ? interface_of<Parts...>(devices, rows).inputs : compiled.inputs);
  const auto tell = [&]<class Part>(Part) {
    if constexpr (requires { Part::find(graph, devices, compiled.options); })
      graph = detail::told(std::move(graph),
                           Part::find(trace(network, compiled.inputs), devices, compiled.options));
  };
  (tell(Parts{}), ...);
  return graph;
}

/// The plan, as a function: for other batches and device counts at run time. Equal to the constant.
/// @param parameters_of a plan of the same network whose parameters are loaded and stay.
template <class Network, class... Parts>
constexpr Plan plan_network(Index devices, Index rows = 0,
                            const PlanView* parameters_of = nullptr) {
  Interface all = interface_of<Parts...>(devices, rows);
  all.options.parameters_of = parameters_of;
  return plan(network_graph<Network, Parts...>(devices, rows), devices, all.options);
}

/// Everything that the compiler knows; keyed on these types alone, so that symbols stay short.
template <class Network, class Devices, class... Parts>
struct PlanSource {
  static constexpr Plan make() {
    const Interface all = interface_of<Parts...>(Devices::value);
    Graph graph = trace(instantiate<Network>(Devices::value), all.inputs);
    const auto tell = [&]<class Part>(Part) {
      if constexpr (requires { Part::template Found<Network, Devices, Parts...>::strategies(); })
        graph = detail::told(std::move(graph),
                             Part::template Found<Network, Devices, Parts...>::strategies());
    };
    (tell(Parts{}), ...);
    return plan(graph, Devices::value, all.options);
  }
};
template <class Network, class Devices, class... Parts>
using Compiled = Frozen<PlanSource<Network, Devices, Parts...>>;

template <class Network, class Devices, class... Parts>
inline constexpr const auto& plan_of = Compiled<Network, Devices, Parts...>::plan;

}  // namespace tenon
