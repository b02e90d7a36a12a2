// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The states that a step of a search leads to, no more than are followed on:
///   KeptStates kept(1000, Merging::by_cost, 1e300);  kept.keep(state);  kept.narrow(); kept.states
/// Of more than twice as many the cheapest are kept at once, so that memory stays bounded.
#include <tenon/search/frontier_state.hpp>
#include <tenon/search/memo.hpp>
#include <tenon/search/stable_sort.hpp>

namespace tenon::detail {

/// Of states that go on alike, what is kept: the cheapest; also those that cost more and need less
/// memory; all.
enum class Merging : std::uint8_t { by_cost, by_memory, nothing };

class KeptStates {
 public:
  List<FrontierState> states;

  /// @param beam states that are kept; of several merged by memory, half of them the smallest
  /// @param most_bytes of parameters: states with more are left, which is no loss
  constexpr KeptStates(std::size_t beam, Merging merging, double most_bytes)
      : beam_(beam > 0 ? beam : 1), merging_(merging), most_bytes_(most_bytes) {}

  /// Whether no state was left out that might have been the best.
  constexpr bool all() const { return all_; }
  /// Of the states with more parameters than fit, the least that one has so far; 0: there was none.
  constexpr Index least_left() const { return least_left_; }
  constexpr void clear() {
    states.clear();
    first_of_.clear();
    behind_.clear();
  }

  /// Among those that go on alike, only if it is better.
  constexpr void keep(const FrontierState& state) {
    if (double(state.parameter_bytes) > most_bytes_) {
      if (least_left_ == 0 || state.parameter_bytes < least_left_)
        least_left_ = state.parameter_bytes;
      return;
    }
    if (states.size() / 2 >= beam_) {
      narrow();
      first_of_.clear();
      behind_.clear();
      for (std::size_t i = 0; i < states.size() && merging_ != Merging::nothing; ++i) {
        int& first = first_of_[states[i].key()];
        behind_.push_back(first);
        first = int(i);
      }
    }
    if (merging_ == Merging::nothing) return states.push_back(state);
    int& first = first_of_[state.key()];
    for (int i = first; i >= 0; i = behind_[std::size_t(i)]) {
      FrontierState& other = states[std::size_t(i)];
      if (!other.same(state)) continue;
      const bool by_memory = merging_ == Merging::by_memory;
      const bool worse =
          by_memory ? state.cost >= other.cost && state.parameter_bytes >= other.parameter_bytes
                    : !state.before(other);
      if (worse) return;
      const bool better =
          by_memory ? state.cost <= other.cost && state.parameter_bytes <= other.parameter_bytes
                    : true;
      if (better) {
        other = state;
        return;
      }
    }
    states.push_back(state);
    behind_.push_back(first);
    first = int(states.size()) - 1;
  }
  constexpr void narrow() {
    if (states.size() <= beam_) return;
    all_ = false;
    stable_sort(states, [](const auto& a, const auto& b) { return a.before(b); });
    if (merging_ == Merging::by_memory) {  // the cheapest half, and the smallest of the others
      List<FrontierState> others;
      for (std::size_t i = beam_ / 2; i < states.size(); ++i) others.push_back(states[i]);
      stable_sort(others, [](const auto& a, const auto& b) {
        return a.parameter_bytes < b.parameter_bytes;
      });
      for (std::size_t i = beam_ / 2; i < beam_; ++i) states[i] = others[i - beam_ / 2];
    }
    states.resize(beam_);
  }

 private:
  std::size_t beam_;
  Merging merging_;
  double most_bytes_;
  Index least_left_ = 0;
  bool all_ = true;
  Memo first_of_;
  List<int> behind_;
};

}  // namespace tenon::detail
