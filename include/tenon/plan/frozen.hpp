// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A plan that was made in the compiler, as a constant of the exact size, or one assertion:
///   struct Source { static constexpr Plan make(); };   Frozen<Source>::plan
#include <array>

#include <tenon/plan/plan.hpp>
#include <tenon/plan/verdict.hpp>

namespace tenon {

template <class Source>
class Frozen {
  struct Sizes {
    std::size_t steps, buffers, inputs, letters, where;
    Finding finding;
  };
  static constexpr Sizes sizes = [] {
    const Plan p = Source::make();
    return Sizes{p.steps.size(),   p.buffers.size(),       p.inputs.size(),
                 p.letters.size(), p.name(p.where).size(), p.finding};
  }();
  static constexpr auto where = [] {
    Text<int(sizes.where)> text;
    if (sizes.where == 0) return text;
    const Plan p = Source::make();
    for (std::size_t i = 0; i < sizes.where; ++i) text.letters[i] = p.name(p.where)[i];
    return text;
  }();

 public:
  static constexpr bool legal =
      verdict<Where<where>, sizes.finding.mistake, sizes.finding.operand, sizes.finding.dimension,
              sizes.finding.first, sizes.finding.second>();
  static constexpr auto plan = [] {
    PlanOf<std::array<Step, sizes.steps>, std::array<Buffer, sizes.buffers>,
           std::array<int, sizes.inputs>, std::array<char, sizes.letters>>
        frozen;
    if (!legal) return frozen;
    const Plan p = Source::make();
    const auto copy = [](const auto& from, auto& to) {
      for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i];
    };
    copy(p.steps, frozen.steps);
    copy(p.buffers, frozen.buffers);
    copy(p.inputs, frozen.inputs);
    copy(p.letters, frozen.letters);
    frozen.output = p.output;
    frozen.further = p.further;
    frozen.devices = p.devices;
    frozen.arena = p.arena;
    frozen.parameters = p.parameters;
    return frozen;
  }();
};

}  // namespace tenon
