// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Walks over a graph in its order with all plans that may still be the best: the planner's own
/// walk over many strategies at once.
///   Frontier frontier(problem, ways, bounds);  for each node: frontier.visit(id);
///   frontier.finish();
#include <utility>

#include <tenon/search/frontier_walker.hpp>
#include <tenon/search/kept_states.hpp>

namespace tenon::detail {

class Frontier {
 public:
  struct Record {
    int before = -1;
    NodeAt taken;
  };
  List<FrontierState> states{1};

  constexpr Frontier(Problem& problem, const List<int>& ways, const FrontierBounds& bounds)
      : problem_(problem),
        walker_(problem, ways, true),
        kept_(bounds),
        most_records_(std::size_t(bounds.bytes) / 8 / sizeof(Record)) {}

  /// Whether no state was left out.
  constexpr bool exact() const { return kept_.all(); }

  /// As KeptStates.
  constexpr Index least_left() const { return kept_.least_left(); }

  constexpr void visit(int id) {
    if (problem_.is_parameter(id)) return;
    kept_.clear();
    for (const FrontierState& state : states) {
      work_.clear();
      work_.push_back(state);
      while (!work_.empty()) {
        FrontierState at = std::move(work_.back());
        work_.resize(work_.size() - 1);
        if (const int missing = walker_.step(at, id); missing >= 0) fork(at, missing);
        else kept_.keep(at);
      }
    }
    kept_.narrow();
    write_down();
    std::swap(states, kept_.states);
  }
  /// The outputs go where they are wanted; the cheapest is the first.
  constexpr void finish() {
    for (FrontierState& state : states) walker_.finish(state);
    stable_sort(states, [](const auto& a, const auto& b) { return a.before(b); });
  }
  /// The ways that a state has taken, of each node where there was a choice.
  constexpr List<int> ways_of(const FrontierState& state) const {
    List<int> taken = walker_.ways();
    for (int i = state.record; i >= 0; i = records_[std::size_t(i)].before)
      taken[std::size_t(records_[std::size_t(i)].taken.node)] = records_[std::size_t(i)].taken.at;
    return taken;
  }

 private:
  constexpr void fork(const FrontierState& state, int id) {
    for (int way = int(problem_.of(id).candidates.size()) - 1; way >= 0; --way) {
      FrontierState other = state;
      other.decide(id, way);
      work_.push_back(std::move(other));
    }
  }

  constexpr void write_down() {
    for (FrontierState& state : kept_.states) {
      for (const NodeAt& taken : state.fresh) {
        records_.push_back({state.record, taken});
        state.record = int(records_.size()) - 1;
      }
      state.fresh.clear();
    }
    if (records_.size() <= 2 * alive_ || records_.size() <= most_records_) return;
    forget_records();
    while (alive_ > most_records_ && kept_.states.size() > 1) {
      kept_.leave_out(kept_.states.size() / 2);
      forget_records();
    }
  }
  /// Those of states that were left.
  constexpr void forget_records() {
    List<int> moved(records_.size());
    for (const FrontierState& state : kept_.states)
      for (int i = state.record; i >= 0 && !moved[std::size_t(i)];
           i = records_[std::size_t(i)].before)
        moved[std::size_t(i)] = 1;
    alive_ = 0;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (!moved[i]) continue;
      const Record& one = records_[i];
      records_[alive_] = {one.before < 0 ? -1 : moved[std::size_t(one.before)], one.taken};
      moved[i] = int(alive_++);
    }
    records_.resize(alive_);
    for (FrontierState& state : kept_.states)
      if (state.record >= 0) state.record = moved[std::size_t(state.record)];
  }

  Problem& problem_;
  FrontierWalker walker_;
  KeptStates kept_;
  List<FrontierState> work_;
  List<Record> records_;  // each behind the one before it
  std::size_t most_records_, alive_ = 0;
};

}  // namespace tenon::detail
