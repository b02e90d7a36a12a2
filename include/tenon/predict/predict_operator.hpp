// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How long an operator takes on a chip: what no schedule can beat, the estimate, and how far
/// published times were from such estimates.
///   OperatorTime t = predict({.op = "matmul", .shape = {8192, 8192, 8192}}, Ascend910B1());
///   t.roofline.bound() < t.time.task;  t.time.task < t.upper
#include <tenon/backend/ascend/chip/chip_quantities.hpp>
#include <tenon/backend/ascend/time/roofline.hpp>
#include <tenon/backend/ascend/time/steady_matmul.hpp>
#include <tenon/predict/elementwise_time.hpp>
#include <tenon/predict/family_band.hpp>
#include <tenon/predict/operator_task.hpp>

namespace tenon {

struct OperatorTime {
  AscendTime time;
  Roofline roofline;
  std::string family;  // of published times, from which the band is
  double band = 0;     // of 10 such times, 8 were no further from their estimates
  double upper = 0;    // the estimate with its band, microseconds
  std::string tiling;
  bool validated = false;  // whether published times are of this kind of chip
};

namespace detail {

inline Index product(const std::vector<Index>& shape) {
  Index all = 1;
  for (const Index size : shape) {
    if (size < 1 || size > (Index(1) << 40) / all)
      throw Error("a shape has sizes from 1 on, and at most 2^40 numbers");
    all *= size;
  }
  return all;
}

inline void predict_matmul(const OperatorTask& task, const AscendChip& chip, OperatorTime& all) {
  if (task.shape.size() != 3)
    throw Error(
        sentence("matmul's shape is m, n and k, not ", Index(task.shape.size()), " numbers"));
  AscendMatMul t{.m = task.shape[0], .n = task.shape[1], .k = task.shape[2]};
  t.element = task.element;
  t.result = task.result;
  t.transpose_b = task.transpose_b;
  if (chip.nd_to_nz == 0) t.a_format = t.b_format = t.c_format = AscendFormat::nz;
  if (task.b_nz) t.b_format = AscendFormat::nz;
  check(t, chip);
  t = t.placed();
  const MatMulTiling tiling = matmul_tiling(t, chip, task.matmul);
  all.time = steady_matmul_time(t, chip, tiling);
  all.roofline = roofline(work_of(t), chip);
  const bool kernel = task.matmul.base_m != 0;
  all.family = kernel ? "matmul kernels" : "library matmul";
  all.tiling = sentence("cores ", tiling.cores_m, "x", tiling.cores_n, ", base ", tiling.base_m,
                        "x", tiling.base_n, "x", tiling.base_k, ", steps ", tiling.step_ka, " and ",
                        tiling.step_kb);
}

inline void predict_elementwise(const OperatorTask& task, const AscendChip& chip,
                                const ElementwiseRecipe& recipe, OperatorTime& all) {
  AscendElementwise t{.steps = recipe.steps, .n = product(task.shape)};
  t.element = t.result = t.work = task.element;
  const bool half = task.element == Element::float16;
  if (task.element == Element::bfloat16 || (half && recipe.in_float32)) t.work = Element::float32;
  t = t.placed();
  const ElementwiseTiling tiling = elementwise_tiling(t, chip, task.elementwise);
  all.time = elementwise_time(t, chip, tiling);
  all.roofline = roofline(work_of(t), chip);
  const bool kernel = task.elementwise.tile != 0;
  all.family = recipe.op == "softmax" ? "softmax" : kernel ? "add kernels" : "element-wise library";
  all.tiling = sentence("cores ", tiling.cores, ", tiles of ", tiling.tile);
}

/// Copies in alone, as a measurement of memory makes them.
inline void predict_copy_in(const OperatorTask& task, const AscendChip& chip, OperatorTime& all) {
  if (task.shape.size() != 2 || task.tile.size() != 2 || task.tile[0] < 1 || task.tile[1] < 1)
    throw Error("copy_in takes a matrix and a tile of it");
  const Index rows = task.shape[0], columns = task.shape[1], m = task.tile[0], n = task.tile[1];
  const Index most = task.into_l1 ? chip.cube_cores.whole() : chip.vector_cores.whole();
  const Index cores = task.elementwise.cores ? task.elementwise.cores : most;
  const Index tiles = (rows / m) * (columns / n) * task.repeat / cores;
  GmTraffic traffic;
  traffic.read_bytes = double(product(task.shape) * bytes(task.element) * task.repeat);
  traffic.cores = double(cores);
  put_misses(traffic, chip, traffic.read_bytes);
  AscendInstruction copy{.op = AscendOp::copy, .pipe = AscendPipe::mte2};
  copy.from = copy.into = task.element;
  if (task.into_l1) copy.to_format = AscendFormat::nz;
  copy.to.buffer = task.into_l1 ? AscendBuffer::l1 : AscendBuffer::ub;
  copy.m = std::int32_t(m);
  copy.n = std::int32_t(n);
  copy.stride_from = columns;
  const AscendCosts costs(chip, traffic);
  const Index some = std::min<Index>(64, tiles);
  CoreTime time = core_time(std::vector(std::size_t(some), copy), costs, chip), more = time;
  if (tiles > some) {
    more.add(core_time(std::vector(std::size_t(some / 2), copy), costs, chip), -1);
    time.add(more, double(tiles - some) / double(some - some / 2));
  }
  const CoresAlike alike{time, double(cores)};
  all.time = ascend_time({&alike, 1}, chip, traffic);
  all.roofline = roofline({.read_bytes = traffic.read_bytes}, chip);
  all.family = "copies";
}

}  // namespace detail

/// @throws Error: an operator that is not modelled, a shape, a type or a tiling that is not legal
inline OperatorTime predict(const OperatorTask& task, const AscendChip& chip) {
  check(chip);
  OperatorTime all;
  all.validated = chip.validated;
  if (task.op == "matmul") {
    detail::predict_matmul(task, chip, all);
  } else if (task.op == "copy_in") {
    detail::predict_copy_in(task, chip, all);
  } else {
    const auto& recipes = elementwise_recipes();
    const auto recipe =
        std::ranges::find(recipes, std::string_view(task.op), &ElementwiseRecipe::op);
    if (recipe == recipes.end())
      throw Error(sentence("there is no operator ", task.op, ": choose one of ", operator_names()));
    detail::predict_elementwise(task, chip, *recipe, all);
  }
  all.band = band_of(all.family);
  all.upper = all.time.task * (1 + all.band);
  return all;
}

}  // namespace tenon
