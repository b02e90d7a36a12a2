// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the pipes of a device do, instruction by instruction, and what a profiler would print:
///   add_pipes(trace, {0, "layer1.matmul", 1e-3}, program, chip);
///   trace.add({0, "AI Core", name, start, time.task * 1e-6, msprof_columns(time, chip)});
#include <tenon/backend/ascend/legality/legality_fault.hpp>
#include <tenon/backend/ascend/time/timing.hpp>
#include <tenon/predict/trace.hpp>

namespace tenon {

/// Microseconds of op_summary's columns, the mean over the cores as msprof prints it: aic, and aiv
/// where the chip has separate vector cores; without prefix where it has not, as on 910.
inline TraceArguments msprof_columns(const AscendTime& time, const AscendChip& chip) {
  const bool separate = chip.separate_cores > 0;
  const auto busy = [&](AscendPipe pipe) { return time.mean_busy[std::size_t(pipe)]; };
  const std::string cube = separate ? "aic_" : "", vector = separate ? "aiv_" : "";
  TraceArguments columns{{"aicore_time(us)", time.mean_core},
                         {cube + "mac_time(us)", busy(AscendPipe::cube)},
                         {cube + "scalar_time(us)", busy(AscendPipe::scalar)},
                         {cube + "mte1_time(us)", busy(AscendPipe::mte1)},
                         {cube + "mte2_time(us)", busy(AscendPipe::mte2)}};
  if (chip.fix_pipe > 0) columns.push_back({cube + "fixpipe_time(us)", busy(AscendPipe::fix)});
  columns.push_back({vector + "vec_time(us)", busy(AscendPipe::vector)});
  columns.push_back({vector + "mte3_time(us)", busy(AscendPipe::mte3)});
  columns.push_back({"Block Dim", Index(time.cores)});
  return columns;
}

struct TracedStep {
  Index device = 0;
  std::string name;
  double start = 0;  // seconds, of its first instruction
};

/// Of the first core of a program: a thread for each pipe, an event for each instruction that takes
/// time. Cost: as many events as it has; large products have millions.
/// @return seconds from its first instruction to its last
inline double add_pipes(Trace& trace, const TracedStep& step, const AscendProgram& program,
                        const AscendChip& chip) {
  if (program.cores.empty()) return 0;
  const AscendCosts costs(chip, gm_traffic(program, chip));
  const auto add = [&](const AscendInstruction& i, double from, double to) {
    const double begins = step.start + chip.seconds(from);
    trace.add({step.device,
               std::string(text(i.pipe)),
               std::string(text(i.op)),
               begins,
               chip.seconds(to - from),
               {{"Op Name", step.name},
                {"cycles", to - from},
                {"m", Index(i.m)},
                {"n", Index(i.n)},
                {"k", Index(i.k)}}});
  };
  return chip.seconds(core_time(program.cores[0], costs, chip, add).cycles);
}

}  // namespace tenon
