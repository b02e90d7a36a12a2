// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Products of matrices, and convolutions as the products that they are.
///   predict_products(task, chip, time)   batch products of m, n, k
#include <tenon/backend/ascend/time/steady_matmul.hpp>
#include <tenon/core/window.hpp>
#include <tenon/predict/operator_task.hpp>
#include <tenon/predict/operator_time.hpp>

namespace tenon::detail {

/// What the cube is told to do of it.
inline AscendMatMul as_told(const OperatorTask& task, const AscendChip& chip, AscendMatMul t) {
  t.element = task.element;
  t.result = task.element == Element::int8 ? Element::int32 : task.result;
  t.transpose_b = task.transpose_b;
  if (chip.nd_to_nz == 0) t.a_format = t.b_format = t.c_format = AscendFormat::nz;
  if (task.b_nz) t.b_format = AscendFormat::nz;
  check(t, chip);
  return t.placed();
}

inline void predict_products(const OperatorTask& task, const AscendChip& chip,
                             const AscendMatMul& shape, OperatorTime& all) {
  if (task.batch < 1 || task.batch > Index(1) << 28)
    throw Error(sentence("a batch is from 1 to ", Index(1) << 28, " products, not ", task.batch));
  const AscendMatMul t = as_told(task, chip, shape);
  MatMulTiling tiling = matmul_tiling(t, chip, task.matmul);
  all.time = steady_matmul_time(t, chip, tiling, task.warm);
  Index at_once = 1;
  if (task.batch > 1) {
    // One product after another on all cores, or as many at once as there are cores.
    all.time = batched_matmul_time(t, chip, tiling, task.batch, 1);
    MatMulTiling pinned = task.matmul;
    const Index cores = pinned.cores ? pinned.cores : chip.cube_cores.whole();
    const Index groups = std::min(task.batch, cores);
    pinned.cores = cores / groups;
    if (pinned.cores_m == 0) {
      const MatMulTiling other = matmul_tiling(t, chip, pinned);
      const AscendTime spread = batched_matmul_time(t, chip, other, task.batch, groups);
      if (spread.task < all.time.task) all.time = spread, tiling = other, at_once = groups;
    }
  }
  AscendWork work = work_of(t);
  work.macs *= double(task.batch);
  work.read_bytes *= double(task.batch);
  work.written_bytes *= double(task.batch);
  all.roofline = roofline(work, chip);
  all.family = task.matmul.base_m != 0 ? "matmul kernels" : "library matmul";
  all.tiling = sentence("cores ", tiling.cores_m, "x", tiling.cores_n, ", base ", tiling.base_m,
                        "x", tiling.base_n, "x", tiling.base_k, ", steps ", tiling.step_ka, " and ",
                        tiling.step_kb);
  if (at_once > 1) all.tiling += sentence(", ", at_once, " products at once");
}

inline AscendMatMul matmul_of(const OperatorTask& task) {
  if (task.shape.size() != 3)
    throw Error(
        sentence("matmul's shape is m, n and k, not ", Index(task.shape.size()), " numbers"));
  return {.m = task.shape[0], .n = task.shape[1], .k = task.shape[2]};
}
inline void predict_matmul(const OperatorTask& task, const AscendChip& chip, OperatorTime& all) {
  predict_products(task, chip, matmul_of(task), all);
}

/// Places of a window along a dimension, 0: down, 1: across.
inline Index places_of(const OperatorTask& task, int d, Index kernel) {
  const auto at = [&](const std::vector<Index>& list, std::size_t i, Index otherwise) {
    return i < list.size() ? list[i] : list.empty() ? otherwise : list[0];
  };
  const Index step = at(task.stride, std::size_t(d), 1);
  const Index around =
      at(task.padding, 2 * std::size_t(d), 0) + at(task.padding, 2 * std::size_t(d) + 1, 0);
  const Index size = task.shape[std::size_t(2 + d)] + around;
  if (step < 1 || kernel < 1 || kernel > size)
    throw Error(
        sentence("a window of ", kernel, " by steps of ", step, " over ", size, " numbers"));
  return (size - kernel) / step + 1;
}

/// [N P Q, O] = [N P Q, C kh kw] [C kh kw, O]: loads unroll the windows of the picture, which lies
/// in l1, so that gm gives each number of it once for a column of tiles.
inline void predict_convolution(const OperatorTask& task, const AscendChip& chip,
                                OperatorTime& all) {
  if (task.shape.size() != 4 || task.filters.size() != 4)
    throw Error("conv2d takes [N, C, H, W] and filters of [O, C, kh, kw]");
  numbers_of(task.shape);
  numbers_of(task.filters);
  const Index kh = task.filters[2], kw = task.filters[3];
  const Index rows = places_of(task, 0, kh) * places_of(task, 1, kw);
  const Index groups = task.shape[1] / std::max<Index>(1, task.filters[1]);
  if (groups < 1 || task.filters[1] * groups != task.shape[1] || task.filters[0] % groups != 0)
    throw Error(sentence("filters of ", task.filters[1], " channels for ", task.shape[1]));
  AscendMatMul t{
      .m = task.shape[0] * rows, .n = task.filters[0] / groups, .k = task.filters[1] * kh * kw};
  const Index picture = task.shape[2] * task.shape[3];
  t.window = std::max<Index>(1, rows * kh * kw / std::max(picture, rows));
  OperatorTask of_group = task;
  of_group.batch = groups;
  predict_products(of_group, chip, t, all);
  all.family = "convolutions";
  all.tiling += sentence(", m ", t.m, " n ", t.n, " k ", t.k);
}

}  // namespace tenon::detail
