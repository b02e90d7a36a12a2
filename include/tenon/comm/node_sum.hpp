// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What several ranks of a node have is added when each has said that it is there:
///   sum.run({node, step, turn, tag}, held, y, finish);
#include <tenon/comm/node_memory.hpp>
#include <tenon/comm/region_sum.hpp>

namespace tenon {

/// What a rank says in a run: each number is a step after the run's first.
enum Said : std::uint64_t { is_held = 1, has_arrived = 2, is_done = 3 };

struct NodeSum {
  struct Input {
    Turns memory;  // none: what this rank holds, wherever it is
    std::size_t place;
    Said after;
  };
  struct Run {
    Neighbours& node;
    std::uint64_t step;
    int turn, tag;
  };
  RegionSum sum;
  std::vector<Input> inputs;
  std::vector<const std::byte*> at;  // each input's memory in this run

  void run(const Run& run, const std::byte* held, std::byte* y, const Finish& finish = {}) {
    const std::size_t own = run.node.place(run.node.rank());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Input& input = inputs[i];
      at[i] = input.memory ? input.memory.at[run.turn] : held;
      if (input.place != own) run.node.wait_for(input.place, run.step + input.after, run.tag);
    }
    sum.run(at.data(), y, finish);
  }
};

}  // namespace tenon
