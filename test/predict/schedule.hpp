// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A collective step by step: who sends which blocks to whom, what each rank has after it, and how
/// long that takes on links that are all alike.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include <tenon/predict/collective_cost.hpp>

namespace tenon::test {

/// Blocks go from a rank to another, which adds them to its own, or has them instead.
struct Sending {
  Index from, to;
  std::vector<Index> blocks;
  bool add;
};
using Sendings = std::vector<Sending>;  // of one step

/// What is in a block: which ranks' summands, one bit each.
using Held = std::vector<std::vector<std::uint64_t>>;

struct Schedule {
  Index ranks, blocks;
  std::vector<Sendings> steps;

  void append(const Schedule& other) {
    steps.insert(steps.end(), other.steps.begin(), other.steps.end());
  }
  /// The last step first, sums undone: what was added comes back whole.
  Schedule reversed() const {
    Schedule back{ranks, blocks, {}};
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      back.steps.emplace_back();
      for (const Sending& s : *step) back.steps.back().push_back({s.to, s.from, s.blocks, false});
    }
    return back;
  }

  /// No summand may come twice.
  void run(Held& held) const {
    for (const Sendings& step : steps) {
      const Held before = held;
      for (const Sending& s : step)
        for (const Index block : s.blocks) {
          std::uint64_t& to = held[std::size_t(s.to)][std::size_t(block)];
          const std::uint64_t comes = before[std::size_t(s.from)][std::size_t(block)];
          if (s.add) REQUIRE((to & comes) == 0);
          to = s.add ? to | comes : comes;
        }
    }
  }
  /// Each step: a start, the bytes of the busiest link, the bytes of the rank that adds most.
  /// @param mesh whether a rank has a link to each other one; else it has one in and one out.
  CollectiveCost cost(double n, bool mesh = false) const {
    CollectiveCost sum;
    for (const Sendings& step : steps) {
      std::map<Index, double> in, out, added;
      double most = 0, most_added = 0;
      for (const Sending& s : step) {
        const double bytes = double(s.blocks.size()) * n / double(blocks);
        if (!mesh) REQUIRE((in.emplace(s.to, bytes).second && out.emplace(s.from, bytes).second));
        most = std::max(most, bytes);
        if (s.add) most_added = std::max(most_added, added[s.to] += bytes);
      }
      sum = sum + CollectiveCost{1, most, most_added};
    }
    return sum;
  }
};

inline Held own_summands(Index ranks, Index blocks) {
  Held held;
  for (Index r = 0; r < ranks; ++r) held.emplace_back(std::size_t(blocks), std::uint64_t(1) << r);
  return held;
}
inline std::uint64_t all_of(Index ranks) { return (std::uint64_t(1) << ranks) - 1; }

inline Schedule ring_sum(Index p) {
  Schedule schedule{p, p, {}};
  for (Index step = 0; step < p - 1; ++step) {
    schedule.steps.emplace_back();
    for (Index i = 0; i < p; ++i)
      schedule.steps.back().push_back({i, (i + 1) % p, {(i - step - 1 + 2 * p) % p}, true});
  }
  return schedule;
}
inline Schedule mesh_sum(Index p) {
  Schedule schedule{p, p, {{}}};
  for (Index i = 0; i < p; ++i)
    for (Index j = 0; j < p; ++j)
      if (i != j) schedule.steps[0].push_back({i, j, {j}, true});
  return schedule;
}
/// Bruck: what goes d ranks further takes the strides that are the bits of d, the smallest first.
inline Schedule bruck_sum(Index p) {
  Schedule schedule{p, p, {}};
  for (Index stride = 1; stride < p; stride *= 2) {
    schedule.steps.emplace_back();
    for (Index i = 0; i < p; ++i) {
      Sending s{i, (i + stride) % p, {}, true};
      for (Index d = stride; d < p; d += 2 * stride) s.blocks.push_back((i + d) % p);
      schedule.steps.back().push_back(s);
    }
  }
  return schedule;
}
/// Halving among the largest power of two of ranks, in front of which each other rank gives all.
/// Where `to_all`, blocks are of the ranks that are left; else of all, and go to them at the end.
inline Schedule halving_sum(Index p, bool to_all) {
  Index q = 1;
  while (2 * q <= p) q *= 2;
  const Index extra = p - q;  // ranks 2i + 1 < 2 extra fold into 2i
  const auto rank_of = [&](Index i) { return i < extra ? 2 * i : i + extra; };
  Schedule schedule{p, to_all ? q : p, {}};
  const auto owner = [&](Index block) {  // among q
    return to_all ? block : block < 2 * extra ? block / 2 : block - extra;
  };
  std::vector<Index> all;
  for (Index block = 0; block < schedule.blocks; ++block) all.push_back(block);
  if (extra > 0) {
    schedule.steps.emplace_back();
    for (Index i = 0; i < extra; ++i)
      schedule.steps.back().push_back({2 * i + 1, 2 * i, all, true});
  }
  for (Index bit = 1; bit < q; bit *= 2) {
    schedule.steps.emplace_back();
    for (Index i = 0; i < q; ++i) {
      const Index other = i ^ bit;
      Sending s{rank_of(i), rank_of(other), {}, true};
      for (const Index block : all)
        if (owner(block) % (2 * bit) == other % (2 * bit)) s.blocks.push_back(block);
      schedule.steps.back().push_back(s);
    }
  }
  if (extra > 0 && !to_all) {
    schedule.steps.emplace_back();
    for (Index i = 0; i < extra; ++i)
      schedule.steps.back().push_back({2 * i, 2 * i + 1, {2 * i + 1}, false});
  }
  return schedule;
}

}  // namespace tenon::test
