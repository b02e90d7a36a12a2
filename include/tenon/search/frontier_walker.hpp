// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The planner's walk (plan/planner.hpp) over a graph, of one plan, priced:
///   for each node: if (walker.step(state, id) >= 0) its way must be chosen first;
///   walker.finish(state);
/// Law: the state's cost is then plan_cost of the plan that the ways taken have.
#include <tenon/search/frontier_places.hpp>
#include <tenon/search/frontier_steps.hpp>

namespace tenon::detail {

class FrontierWalker {
 public:
  /// @param ways of each node: any_way, no_way_yet or a number
  constexpr FrontierWalker(Problem& problem, const List<int>& ways, bool counts_computing)
      : problem_(problem), places_(problem, ways), steps_(problem, counts_computing) {}
  constexpr const List<int>& ways() const { return places_.ways(); }
  constexpr void set_way(int id, int way) { places_.set_way(id, way); }

  /// What a node does to a plan. @return -1 where it is done; else the operator of which a way must
  /// be chosen before, and nothing was done
  constexpr int step(FrontierState& state, int id) {
    const Node& n = problem_.node(id);
    if (n.kind == Node::Kind::parameter) return -1;
    if (n.kind == Node::Kind::input) {
      int given = 0;
      while (problem_.graph.inputs[std::size_t(given)] != id) ++given;
      state.hold(id, problem_.layouts.add(given < problem_.options.inputs.size()
                                              ? problem_.options.inputs[given]
                                              : whole(n.shape)));
      steps_.forget_read(state, id);
      return -1;
    }
    const int own = places_.way(state, id);
    if (own == any_way) return id;
    Placed placed;
    if (own == no_way_yet) placed = problem_.unknown(id);
    else if (!problem_.of(id).candidates[std::size_t(own)].follows)
      placed = problem_.of(id).candidates[std::size_t(own)].placed;
    else if (const int missing = places_.followed(state, id, placed); missing >= 0) return missing;
    if (!steps_.fused(state, id, placed)) steps_.operate(state, id, placed);
    state.forget_decision(id);
    steps_.forget_read(state, id);
    return -1;
  }
  /// The outputs go where they are wanted.
  constexpr void finish(FrontierState& state) {
    const auto give = [&](int output) {
      const int made = state.made(output);
      int to = unknown_layout;
      if (problem_.options.output != PlanOptions::Output::as_computed)
        to = problem_.layouts.add(problem_.output_distribution(output));
      else if (made != unknown_layout) to = problem_.layouts.add(problem_.layouts[made].summed());
      steps_.bring(state, output, to);
    };
    give(problem_.graph.output);
    for (int output : problem_.graph.further) give(output);
  }

 private:
  Problem& problem_;
  FrontierPlaces places_;
  FrontierSteps steps_;
};

}  // namespace tenon::detail
