// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What would make an operator faster, from where its time goes:
///   advice({.op = "add", .shape = {64}}, time, chip) == "fuse it: its launch is all"
#include <tenon/predict/predict_operator.hpp>

namespace tenon {

namespace detail {

/// Rows of A, B or C that are no whole 512 bytes: what begins or ends within one is read beyond it.
inline std::string unaligned_row(const OperatorTask& task) {
  const Index each = bytes(task.element), n = task.shape[1], k = task.shape[2];
  const Index b = task.transpose_b ? k : n;
  if (k * each % 512 != 0) return sentence("k of ", k, " to a multiple of ", 512 / each);
  if (b * each % 512 != 0) return sentence("n of ", n, " to a multiple of ", 512 / each);
  return {};
}

inline std::string advice_for_product(const OperatorTask& task, const OperatorTime& x,
                                      const AscendChip& chip) {
  const double idle = chip.cube_cores - x.time.cores;
  if (idle >= chip.cube_cores / 4)
    return sentence("more rows or columns: ", Index(idle), " of ", chip.cube_cores.whole(),
                    " cubes are idle");
  switch (x.busiest()) {
    case AscendPipe::cube:
      return x.utilisation() > 0.8 ? "nothing: its cubes are busy"
                                   : "whole fractals: m, n and k of multiples of 16";
    case AscendPipe::mte1: return "a larger tile: L1 to L0 takes longest";
    case AscendPipe::mte2: {
      if (task.op == "matmul" && task.shape.size() == 3)
        if (const std::string row = unaligned_row(task); !row.empty())
          return sentence("pad ", row, ": rows of whole 512 bytes");
      return x.roofline.limit() == "cube" ? "a larger tile, or a batch: memory takes longest"
                                          : "fewer bytes: float16, int8, or a larger batch";
    }
    case AscendPipe::vector:
    case AscendPipe::mte3:
    case AscendPipe::fix: return "a narrower result: its way out takes longest";
    default: return "a larger tile: its instructions take longest to issue";
  }
}

}  // namespace detail

inline std::string advice(const OperatorTask& task, const OperatorTime& x, const AscendChip& chip) {
  if (x.time.task == 0) return "nothing: it is the same memory";
  if (x.launch() > x.time.task / 2)
    return x.time.macs > 0 ? "a larger batch, or fewer devices: its launch is most"
                           : "fuse it: its launch is most";
  if (x.time.macs > 0) return detail::advice_for_product(task, x, chip);
  if (x.time.cores < chip.vector_cores / 2)
    return sentence("more of them: ", Index(chip.vector_cores - x.time.cores), " of ",
                    chip.vector_cores.whole(), " vector cores are idle");
  if (x.busiest() == AscendPipe::vector)
    return task.element == Element::float16 ? "fewer functions: the vector pipe is busy"
                                            : "float16: the vector pipe is busy";
  if (x.busiest() == AscendPipe::scalar) return "longer lines: instructions take longest to issue";
  return "fuse it with what is before or behind: it goes through memory";
}

}  // namespace tenon
