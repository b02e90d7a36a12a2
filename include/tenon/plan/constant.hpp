// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The plan of a network in C++ as a constant:
///   static_assert(plan_of<Network, Devices<8>, Input<32, 28, 28>>.collectives() == 3);
/// An illegal cut fails one assertion that names the layer, the dimension and the numbers.
/// Cost: 0.1 s of compile time for three layers.
#include <array>

#include <tenon/plan/planner.hpp>
#include <tenon/plan/verdict.hpp>

namespace tenon {

/// On how many ranks.
template <Index count>
struct Devices {
  static constexpr Index value = count;
};

/// An input of which every rank is given the whole (MindSpore's full_batch), and one of which each rank
/// feeds its own rows, its balanced block of dimension 0. The shape is that of the whole.
template <class T, Index... sizes>
struct InputOf {
  static constexpr Signature signature{{sizes...}, element_of<T>};
  static constexpr Distribution given(Index) { return whole(signature.shape); }
};
template <Index... sizes>
using Input = InputOf<float, sizes...>;
template <Index... sizes>
struct InputRows {
  static constexpr Signature signature{{sizes...}, Element::float32};
  static constexpr Distribution given(Index devices) { return whole(signature.shape).cut(0, {{devices, 1}}); }
};

/// The network for so many devices: constructed from the count if it takes one.
template <class Network>
constexpr Network instantiate(Index devices) {
  if constexpr (requires { Network{devices}; }) return Network{devices};
  else return Network{};
}

/// The plan, as a function: for other batches and device counts at run time. (Every rank that feeds its
/// own rows gets its own rows of the output.)
template <class Network>
constexpr Plan plan_network(Index devices, const Vector<Signature, 4>& inputs, const PlanOptions& options = {}) {
  return plan(trace(instantiate<Network>(devices), inputs), devices, options);
}

/// Everything that the compiler knows; keyed on these types alone, so that symbols stay short.
template <class Network, class Devices, class... Inputs>
class Compiled {
  static constexpr Plan make() {
    PlanOptions options;
    for (const Distribution& given : {Inputs::given(Devices::value)...}) options.inputs.push_back(given);
    return plan_network<Network>(Devices::value, {Inputs::signature...}, options);
  }
  struct Sizes {
    std::size_t steps, buffers, inputs, letters, where;
    Finding finding;
  };
  static constexpr Sizes sizes = [] {
    const Plan p = make();
    return Sizes{p.steps.size(), p.buffers.size(), p.inputs.size(), p.letters.size(), p.name(p.where).size(), p.finding};
  }();
  static constexpr auto where = [] {
    Text<int(sizes.where)> text;
    const Plan p = make();
    for (std::size_t i = 0; i < sizes.where; ++i) text.letters[i] = p.name(p.where)[i];
    return text;
  }();

 public:
  static constexpr bool legal = verdict<Where<where>, sizes.finding.mistake, sizes.finding.operand,
                                        sizes.finding.dimension, sizes.finding.first, sizes.finding.second>();
  static constexpr auto plan = [] {
    PlanOf<std::array<Step, sizes.steps>, std::array<Buffer, sizes.buffers>, std::array<int, sizes.inputs>,
           std::array<char, sizes.letters>> frozen;
    if (!legal) return frozen;
    const Plan p = make();
    const auto copy = [](const auto& from, auto& to) {
      for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i];
    };
    copy(p.steps, frozen.steps);
    copy(p.buffers, frozen.buffers);
    copy(p.inputs, frozen.inputs);
    copy(p.letters, frozen.letters);
    frozen.output = p.output;
    frozen.devices = p.devices;
    frozen.arena = p.arena;
    frozen.parameters = p.parameters;
    return frozen;
  }();
};

template <class Network, class Devices, class... Inputs>
inline constexpr const auto& plan_of = Compiled<Network, Devices, Inputs...>::plan;

}  // namespace tenon
