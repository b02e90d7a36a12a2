// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Walks over a graph in its order with all plans that may still be the best: the planner's own
/// walk (plan/planner.hpp) over many strategies at once.
///   Frontier frontier(problem, ways);  for each node: frontier.visit(id);  frontier.finish();
/// Law: a state's cost is plan_cost of the plan that its strategies have.
#include <utility>

#include <tenon/search/frontier_places.hpp>
#include <tenon/search/frontier_steps.hpp>
#include <tenon/search/kept_states.hpp>

namespace tenon::detail {

class Frontier {
 public:
  struct Record {
    int before = -1;
    NodeAt taken;
  };
  List<FrontierState> states{1};

  /// @param beam, most_bytes as KeptStates
  constexpr Frontier(Problem& problem, const List<int>& ways, std::size_t beam,
                     Merging merging = Merging::by_cost, bool counts_computing = true,
                     double most_bytes = 1e300)
      : problem_(problem),
        places_(problem, ways),
        steps_(problem, counts_computing),
        kept_(beam, merging, most_bytes) {}

  /// Whether no state was left out.
  constexpr bool exact() const { return kept_.all() && steps_.exact; }

  /// As KeptStates.
  constexpr Index least_left() const { return kept_.least_left(); }

  constexpr void visit(int id) {
    if (problem_.is_parameter(id)) return;
    kept_.clear();
    for (const FrontierState& state : states) {
      work_.clear();
      work_.push_back(state);
      while (!work_.empty()) {
        FrontierState at = work_.back();
        work_.resize(work_.size() - 1);
        if (step(at, id)) kept_.keep(at);
      }
    }
    kept_.narrow();
    for (FrontierState& state : kept_.states) {
      for (const NodeAt& taken : state.fresh) {
        records_.push_back({state.record, taken});
        state.record = int(records_.size()) - 1;
      }
      state.fresh = {};
    }
    std::swap(states, kept_.states);
  }
  /// The outputs go where they are wanted; the cheapest is the first.
  constexpr void finish() {
    const auto give = [&](FrontierState& state, int output) {
      const int made = state.made(output);
      int to = unknown_layout;
      if (problem_.options.output != PlanOptions::Output::as_computed)
        to = problem_.layouts.add(problem_.output_distribution(output));
      else if (made != unknown_layout) to = problem_.layouts.add(problem_.layouts[made].summed());
      steps_.bring(state, output, to);
    };
    for (FrontierState& state : states) {
      give(state, problem_.graph.output);
      for (int output : problem_.graph.further) give(state, output);
    }
    stable_sort(states, [](const auto& a, const auto& b) { return a.before(b); });
  }
  /// The ways that a state has taken, of each node where there was a choice.
  constexpr List<int> ways_of(const FrontierState& state) const {
    List<int> taken = places_.ways();
    for (int i = state.record; i >= 0; i = records_[std::size_t(i)].before)
      taken[std::size_t(records_[std::size_t(i)].taken.node)] = records_[std::size_t(i)].taken.at;
    return taken;
  }

 private:
  constexpr void fork(const FrontierState& state, int id) {
    for (int way = int(problem_.of(id).candidates.size()) - 1; way >= 0; --way) {
      FrontierState other = state;
      other.decide(id, way);
      work_.push_back(other);
    }
  }

  /// Whether it is done; else the states that it forked into are.
  constexpr bool step(FrontierState& state, int id) {
    const Node& n = problem_.node(id);
    if (n.kind == Node::Kind::input) {
      int given = 0;
      while (problem_.graph.inputs[std::size_t(given)] != id) ++given;
      state.hold(id, problem_.layouts.add(given < problem_.options.inputs.size()
                                              ? problem_.options.inputs[given]
                                              : whole(n.shape)));
      steps_.forget_read(state, id);
      return true;
    }
    const int own = places_.way(state, id);
    if (own == any_way) return fork(state, id), false;
    Placed placed;
    if (own == no_way_yet) placed = problem_.unknown(id);
    else if (!problem_.of(id).candidates[std::size_t(own)].follows)
      placed = problem_.of(id).candidates[std::size_t(own)].placed;
    else if (const int missing = places_.followed(state, id, placed); missing >= 0)
      return fork(state, missing), false;
    if (!steps_.fused(state, id, placed)) steps_.operate(state, id, placed);
    for (int i = 0; i < state.decided.size(); ++i)
      if (state.decided[i].node == id) state.decided.erase(i--);
    steps_.forget_read(state, id);
    return true;
  }

  Problem& problem_;
  FrontierPlaces places_;
  FrontierSteps steps_;
  KeptStates kept_;
  List<FrontierState> work_;
  List<Record> records_;
};

}  // namespace tenon::detail
