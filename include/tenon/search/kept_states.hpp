// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The states that a step of a search leads to, no more than are followed on:
///   KeptStates kept({.beam = 1000});  kept.keep(state);  kept.narrow();  kept.states
/// Of more than twice as many, or as many bytes, the cheapest are kept at once, so that memory
/// stays bounded.
#include <tenon/search/frontier_state.hpp>
#include <tenon/search/memo.hpp>
#include <tenon/search/stable_sort.hpp>

namespace tenon::detail {

/// Of states that go on alike, what is kept: the cheapest; also those that cost more and need less
/// memory; all.
enum class Merging : std::uint8_t { by_cost, by_memory, nothing };

/// How many plans are followed at once.
struct FrontierBounds {
  std::size_t beam = 20000;        // of several merged by memory, half of them the smallest
  Index bytes = Index(1) << 28;    // of all that a walk keeps
  Merging merging = Merging::by_cost;
  double parameter_bytes = 1e300;  // states with more are left, which is no loss
};

class KeptStates {
 public:
  List<FrontierState> states;

  constexpr explicit KeptStates(const FrontierBounds& bounds)
      : beam_(bounds.beam > 0 ? bounds.beam : 1),
        most_bytes_(bounds.bytes / 8 > 0 ? bounds.bytes / 8 : 1),
        merging_(bounds.merging),
        most_parameter_bytes_(bounds.parameter_bytes) {}

  /// Whether no state was left out that might have been the best.
  constexpr bool all() const { return all_; }
  /// Of the states with more parameters than fit, the least that one has so far; 0: there was none.
  constexpr Index least_left() const { return least_left_; }
  constexpr void clear() {
    states.clear();
    bytes_ = 0;
    first_of_.clear();
    behind_.clear();
  }

  /// Among those that go on alike, only if it is better.
  constexpr void keep(const FrontierState& state) {
    if (double(state.parameter_bytes) > most_parameter_bytes_) {
      if (least_left_ == 0 || state.parameter_bytes < least_left_)
        least_left_ = state.parameter_bytes;
      return;
    }
    if (states.size() / 2 >= beam_ || bytes_ / 2 >= most_bytes_) {
      narrow();
      first_of_.clear();
      behind_.clear();
      for (std::size_t i = 0; i < states.size() && merging_ != Merging::nothing; ++i) {
        int& first = first_of_[states[i].key()];
        behind_.push_back(first);
        first = int(i);
      }
    }
    if (merging_ == Merging::nothing) return add(state);
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
    add(state);
    behind_.push_back(first);
    first = int(states.size()) - 1;
  }
  constexpr void narrow() {
    std::size_t kept = states.size() < beam_ ? states.size() : beam_;
    if (bytes_ > most_bytes_) {  // they are about alike
      const std::size_t fit = std::size_t(Index(states.size()) * most_bytes_ / bytes_);
      kept = fit < 1 ? 1 : fit < kept ? fit : kept;
    }
    leave_out(states.size() - kept);
  }
  /// So many of them.
  constexpr void leave_out(std::size_t left) {
    if (left == 0 || states.empty()) return;
    all_ = false;
    const std::size_t kept = states.size() - left;
    stable_sort(states, [](const auto& a, const auto& b) { return a.before(b); });
    if (merging_ == Merging::by_memory) {  // the cheapest half, and the smallest of the others
      List<FrontierState> others;
      for (std::size_t i = kept / 2; i < states.size(); ++i) others.push_back(states[i]);
      stable_sort(others, [](const auto& a, const auto& b) {
        return a.parameter_bytes < b.parameter_bytes;
      });
      for (std::size_t i = kept / 2; i < kept; ++i) states[i] = others[i - kept / 2];
    }
    states.resize(kept);
    bytes_ = 0;
    for (const FrontierState& state : states) bytes_ += state.bytes();
  }

 private:
  constexpr void add(const FrontierState& state) {
    states.push_back(state);
    bytes_ += state.bytes();
  }

  std::size_t beam_;
  Index most_bytes_;
  Merging merging_;
  double most_parameter_bytes_;
  Index bytes_ = 0, least_left_ = 0;
  bool all_ = true;
  Memo first_of_;
  List<int> behind_;
};

}  // namespace tenon::detail
