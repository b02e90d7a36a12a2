// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How long an operator takes on a chip: what no schedule can beat, the estimate, and how far
/// published times were from such estimates.
///   OperatorTime t = predict({.op = "matmul", .shape = {8192, 8192, 8192}}, Ascend910B1());
///   t.roofline.bound() < t.time.task;  t.time.task < t.upper
#include <tenon/predict/predict_product.hpp>
#include <tenon/predict/predict_vector.hpp>

namespace tenon {

namespace detail {

/// Copies in alone, as a measurement of memory makes them.
inline void predict_copy_in(const OperatorTask& task, const AscendChip& chip, OperatorTime& all) {
  if (task.shape.size() != 2 || task.tile.size() != 2 || task.tile[0] < 1 || task.tile[1] < 1)
    throw Error("copy_in takes a matrix and a tile of it");
  const Index rows = task.shape[0], columns = task.shape[1], m = task.tile[0], n = task.tile[1];
  const Index most = task.into_l1 ? chip.cube_cores.whole() : chip.vector_cores.whole();
  const Index cores = task.vector.cores ? task.vector.cores : most;
  const Index tiles = (rows / m) * (columns / n) * task.repeat / cores;
  GmTraffic traffic;
  traffic.read_bytes = double(numbers_of(task.shape) * bytes(task.element) * task.repeat);
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

inline void predict_moved(const OperatorTask& task, const AscendChip& chip, OperatorTime& all) {
  const AscendVector copy =
      element_task(*element_function("copy"), numbers_of(task.shape), task.element);
  predict_vector(copy, task.vector, chip, all);
}

}  // namespace detail

/// @throws Error: an operator that is not modelled, a shape, a type or a tiling that is not legal
inline OperatorTime predict(const OperatorTask& task, const AscendChip& chip) {
  check(chip);
  OperatorTime all;
  all.validated = chip.validated;
  const std::string_view op = task.op;
  if (op == "matmul") {
    detail::predict_matmul(task, chip, all);
  } else if (op == "conv2d") {
    detail::predict_convolution(task, chip, all);
  } else if (op == "copy_in") {
    detail::predict_copy_in(task, chip, all);
  } else if (op == "transpose") {
    detail::predict_transpose(task, chip, all);
  } else if (detail::is_named(detail::pools, op)) {
    if (task.shape.size() != 4 || task.filters.size() != 2)
      throw Error(sentence(op, " takes [N, C, H, W] and a window of [kh, kw]"));
    const Index places =
        detail::places_of(task, 0, task.filters[0]) * detail::places_of(task, 1, task.filters[1]);
    detail::predict_pool(task, chip, task.shape[0] * task.shape[1] * places, all);
  } else if (detail::is_named(detail::moving_operators, op)) {
    detail::predict_moved(task, chip, all);
  } else if (detail::is_named(detail::views, op)) {
    detail::numbers_of(task.shape);
    all.family = "views";
    all.tiling = "the same memory";
  } else if (element_function(op) || line_function(op)) {
    detail::predict_operator_of(task, chip, all);
  } else {
    throw Error(sentence("there is no operator ", op, ": choose one of ", operator_names()));
  }
  all.band = band_of(all.family);
  all.upper = all.time.task * (1 + all.band);
  return all;
}

}  // namespace tenon
