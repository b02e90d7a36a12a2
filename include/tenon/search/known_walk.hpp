// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network of which all ways are taken, and what it costs with another one of one operator:
///   KnownWalk walk(problem, ways);  walk.cost_with(id, 3);  walk.take(id, 3);  walk.cost()
/// It is walked again only from where that way is asked for first to where nothing differs any
/// more: a few operators of a long network.
#include <tenon/search/frontier_walker.hpp>

namespace tenon::detail {

class KnownWalk {
 public:
  /// @param ways of each node a number, or no_way_yet: what is not known yet costs nothing
  constexpr KnownWalk(Problem& problem, const List<int>& ways, bool counts_computing = true)
      : problem_(problem),
        walker_(problem, ways, counts_computing),
        before_(problem.nodes.size()) {
    walk_from(0, int(before_.size()));
  }
  constexpr const List<int>& ways() const { return walker_.ways(); }
  constexpr Picoseconds cost() const { return cost_; }

  constexpr Picoseconds cost_with(int id, int way) {
    const int own = ways()[std::size_t(id)];
    walker_.set_way(id, way);
    std::size_t at = first_that_asks(id);
    FrontierState state = before_[at];
    Picoseconds cost = -1;
    while (at < before_.size() && cost < 0) {
      walker_.step(state, int(at++));
      if (meets(state, at, id)) cost = plus(state.cost, cost_ - before_[at].cost);
    }
    if (cost < 0) {
      walker_.finish(state);
      cost = state.cost;
    }
    walker_.set_way(id, own);
    return cost;
  }

  constexpr void take(int id, int way) {
    if (ways()[std::size_t(id)] == way) return;
    const std::size_t first = first_that_asks(id);
    walker_.set_way(id, way);
    walk_from(first, id);
  }

 private:
  /// Whether a walk goes on from there as this one did.
  constexpr bool meets(const FrontierState& state, std::size_t at, int id) const {
    return at > std::size_t(id) && at < before_.size() && cost_ < longest_duration &&
           state.same(before_[at]);
  }
  static constexpr Picoseconds shifted(Picoseconds cost, Picoseconds more) {
    return more > 0 ? plus(cost, more) : cost + more;
  }
  /// @param id of the operator that goes another way
  constexpr void walk_from(std::size_t at, int id) {
    state_ = before_[at];
    while (at < before_.size()) {
      before_[at] = state_;
      walker_.step(state_, int(at++));
      if (!meets(state_, at, id)) continue;
      const Picoseconds more = state_.cost - before_[at].cost;
      for (; at < before_.size(); ++at) before_[at].cost = shifted(before_[at].cost, more);
      cost_ = shifted(cost_, more);
      return;
    }
    walker_.finish(state_);
    cost_ = state_.cost;
  }
  constexpr bool follows(int id) const {
    const int way = ways()[std::size_t(id)];
    const List<Candidate>& known = problem_.nodes[std::size_t(id)].candidates;
    return way >= 0 && !known.empty() && known[std::size_t(way)].follows;
  }
  /// The first operator that asks where this one wants its operands: itself; or one without a
  /// strategy before it whose result it reads first, for that may be a partial sum
  /// (search/frontier_places.hpp), and so on.
  constexpr std::size_t first_that_asks(int id) const {
    List<int> asking{id};
    int first = id;
    for (std::size_t i = 0; i < asking.size(); ++i) {
      const int reader = asking[i];
      for (int input : problem_.node(reader).inputs) {
        const SearchNode& x = problem_.nodes[std::size_t(input)];
        const bool passes_on =
            reader == id || problem_.nodes[std::size_t(reader)].passes[x.first_operand];
        if (x.first_reader != reader || !passes_on || !follows(input)) continue;
        asking.push_back(input);
        first = input < first ? input : first;
      }
    }
    return std::size_t(first);
  }

  Problem& problem_;
  FrontierWalker walker_;
  List<FrontierState> before_;  // each node
  FrontierState state_;
  Picoseconds cost_ = 0;
};

}  // namespace tenon::detail
