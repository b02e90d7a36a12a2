// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What no schedule can beat, by the documented rates alone, in microseconds:
///   roofline(work, chip).cube   macs over all cubes' rate
#include <tenon/backend/ascend/matmul/matmul_task.hpp>
#include <tenon/backend/ascend/time/timing.hpp>
#include <tenon/backend/ascend/vector/vector_task.hpp>

namespace tenon {

/// What a task must do, however it is cut: each input is read once, each output written once.
struct AscendWork {
  double macs = 0;
  Element element = Element::float16;
  double vector_bytes = 0;  // that the vector pipes must go through
  double read_bytes = 0, written_bytes = 0;
};

struct Roofline {
  double cube = 0, vector = 0, l2 = 0, hbm = 0;

  double bound() const { return std::max({cube, vector, l2, hbm}); }
  std::string_view limit() const {
    const double most = bound();
    return most == cube ? "cube" : most == vector ? "vector" : most == hbm ? "HBM" : "L2";
  }
};

/// HBM counts only for what l2 cannot hold.
inline Roofline roofline(const AscendWork& work, const AscendChip& chip) {
  const double cycle = 1e6 * chip.seconds(1);  // microseconds
  const double macs = AscendCosts(chip, {}).macs_per_cycle(work.element);
  Roofline r;
  if (work.macs > 0) r.cube = work.macs / (macs * chip.cube_cores) * cycle;
  r.vector = work.vector_bytes / (chip.vector_bytes * chip.vector_cores) * cycle;
  r.l2 =
      std::max(work.read_bytes, work.written_bytes) / (chip.l2_read_rate * chip.cube_cores) * cycle;
  const double all = work.read_bytes + work.written_bytes;
  if (all > chip.l2) r.hbm = std::max(0.0, work.read_bytes - chip.l2) / (chip.hbm_rate * 1e3);
  return r;
}

inline AscendWork work_of(const AscendMatMul& t) {
  const double each = double(bytes(t.element));
  return {.macs = double(t.m) * double(t.n) * double(t.k),
          .element = t.element,
          .read_bytes = (double(t.m) * double(t.k) + double(t.k) * double(t.n)) * each,
          .written_bytes = double(t.m) * double(t.n) * double(bytes(t.result))};
}
inline AscendWork work_of(const AscendVector& t) {
  AscendWork work;
  const auto numbers = [&](int value) {
    const VectorExtent extent = t.extent(value);
    return double(extent == VectorExtent::whole  ? t.numbers()
                  : extent == VectorExtent::line ? t.lines()
                                                 : t.line_numbers());
  };
  for (int v = 0; v < t.values(); ++v) {
    const VectorStep* step = t.step_of(v);
    if (!step) work.read_bytes += numbers(v) * double(bytes(t.element));
    else
      work.vector_bytes +=
          std::max(numbers(v), numbers(step->a)) * double(bytes(t.work));  // a sum reads its line
  }
  work.written_bytes = numbers(t.values() - 1) * double(bytes(t.result));
  return work;
}

}  // namespace tenon
