// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What all steps of a simulated Ascend share: its options, its cores, and what they counted.
///   machine.run(program, gm)  on as many threads as the options say, always to the same bits
#include <deque>
#include <exception>
#include <utility>

#include <tenon/backend/ascend/ascend_sim_options.hpp>
#include <tenon/backend/ascend/interpreter/interpreter.hpp>
#include <tenon/backend/cpu/workers.hpp>
#include <tenon/core/kernel.hpp>

namespace tenon {

namespace detail {

struct AscendMachine {
  AscendSimOptions options;
  Workers workers;
  std::vector<AscendCore> cores;   // of each thread
  std::vector<AscendCore> others;  // of each order, where they are compared
  std::vector<RoundingCounts> counted;
  std::vector<std::exception_ptr> failed;
  std::deque<AscendCounts> counts;

  explicit AscendMachine(const AscendSimOptions& o)
      : options(o), workers(o.threads), counted(std::size_t(o.threads)), failed(counted.size()) {
    if (o.overflow == OverflowMode::infinity && o.chip.fix_pipe == 0)
      throw Error(sentence(o.chip.name, " has no mode for infinity and NaN: it saturates"));
    for (int i = 0; i < o.threads; ++i) cores.emplace_back(o.chip, numerics());
    for (int i = 0; o.compares_orders && i < cube_orders; ++i) {
      AscendNumerics other = numerics();
      other.order = CubeOrder(i);
      others.emplace_back(o.chip, other);
    }
  }

  /// 910 and what is like it saturate alone; a 910B keeps infinity and NaN if nothing is said.
  OverflowMode overflow() const {
    const bool saturates = options.chip.fix_pipe == 0;
    return options.overflow.value_or(saturates ? OverflowMode::saturate : OverflowMode::infinity);
  }
  AscendNumerics numerics() const { return {options.order, overflow(), best_instruction_set()}; }

  RoundingCounts run(const AscendProgram& program, const AscendGm& gm) {
    std::fill(counted.begin(), counted.end(), RoundingCounts());
    const Index all = Index(program.cores.size());
    workers.run([&](int i) {
      const auto mine = std::size_t(i);
      const Interval part = balanced_block(all, workers.count(), i);
      try {
        for (Index core = part.first; core < part.last; ++core)
          counted[mine] += cores[mine].run(program.cores[std::size_t(core)], gm);
      } catch (...) {
        failed[mine] = std::current_exception();
      }
    });
    RoundingCounts sum;
    for (std::size_t i = 0; i < counted.size(); ++i) {
      if (failed[i]) std::rethrow_exception(std::exchange(failed[i], nullptr));
      sum += counted[i];
    }
    return sum;
  }
};

/// Numbers that are float32 but have been float16 on the way.
inline RoundingCounts through_float16(const float* from, Index n, OverflowMode overflow,
                                      float* to) {
  constexpr Index most = 512;
  std::uint16_t half[most];
  RoundingCounts counts;
  for (Index first = 0; first < n; first += most) {
    const Index size = std::min(most, n - first);
    counts += to_float16s(from + first, size, half, overflow);
    from_float16s(half, size, to + first);
  }
  return counts;
}

}  // namespace detail
}  // namespace tenon
