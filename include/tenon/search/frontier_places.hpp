// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where operators without a strategy work in a state: as plan/placing.hpp places them. A partial
/// sum goes where its reader wants it, so that the reader's way may have to be known before its
/// turn.
#include <tenon/search/frontier_state.hpp>

namespace tenon::detail {

/// Of an operator: any of its ways, none that is known, or that one.
inline constexpr int any_way = -1, no_way_yet = -2;

class FrontierPlaces {
 public:
  /// @param ways of each node: any_way, no_way_yet or a number
  constexpr FrontierPlaces(Problem& problem, const List<int>& ways)
      : problem_(problem), ways_(ways) {}
  constexpr const List<int>& ways() const { return ways_; }
  constexpr void set_way(int id, int way) { ways_[std::size_t(id)] = way; }

  /// The way of an operator in this state, or -1 where it is still to be chosen.
  constexpr int way(const FrontierState& state, int id) {
    const int asked = ways_[std::size_t(id)];
    if (asked != any_way) return asked;
    if (problem_.of(id).candidates.size() == 1) return 0;
    return state.way_of(id);
  }
  /// Where an operator without a strategy works. @return -1, or an operator whose way must be known
  constexpr int followed(const FrontierState& state, int id, Placed& placed) {
    const int first = problem_.followed_operand(id);
    int x = first < 0 ? problem_.layouts.add(Distribution{})
                      : state.made(problem_.node(id).inputs[first]);
    if (problem_.layouts.partial(x)) {
      int there = unknown_layout;
      if (problem_.of(id).passes[first]) {
        const int missing = wanted(state, id, there);
        if (missing >= 0) return missing;
      }
      const bool fits =
          there != unknown_layout && problem_.layouts[there].shape == problem_.layouts[x].shape;
      x = fits ? there : problem_.layouts.add(problem_.layouts[x].summed());
    }
    placed = first < 0 || x != unknown_layout ? problem_.follow(id, x) : problem_.unknown(id);
    return -1;
  }

 private:
  /// Where the first reader of a value wants it. @return as `followed`
  constexpr int wanted(const FrontierState& state, int id, int& layout) {
    layout = unknown_layout;
    if (id == problem_.graph.output) {
      if (problem_.options.output != PlanOptions::Output::as_computed)
        layout = problem_.layouts.add(problem_.output_distribution(id));
      return -1;
    }
    const SearchNode& read = problem_.of(id);
    const int reader = read.first_reader;
    if (reader >= 0) {
      const int way_there = way(state, reader);
      if (way_there == any_way) return reader;
      if (way_there == no_way_yet) return -1;
      const Candidate& there = problem_.of(reader).candidates[std::size_t(way_there)];
      if (!there.follows) {
        layout = there.placed.inputs[read.first_operand];
        return -1;
      }
      if (problem_.of(reader).passes[read.first_operand]) return wanted(state, reader, layout);
    }
    layout = problem_.layouts.add(whole(problem_.node(id).shape));
    return -1;
  }

  Problem& problem_;
  List<int> ways_;
};

}  // namespace tenon::detail
