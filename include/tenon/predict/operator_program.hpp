// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The instructions of an operator whose time is asked for, to look at:
///   AscendProgram p = program_of({.op = "softmax", .shape = {64, 1000}}, chip);
#include <tenon/predict/predict_operator.hpp>

namespace tenon {

/// @throws Error: an operator that has no program of its own, or one that is too long to look at
inline AscendProgram program_of(const OperatorTask& task, const AscendChip& chip) {
  const OperatorTime time = predict(task, chip);
  constexpr double most = 1e6;
  if (time.time.instructions > most)
    throw Error(sentence(task.op, " has ", Index(time.time.instructions),
                         " instructions; to look at: up to ", Index(most)));
  if (task.op == "matmul") {
    const AscendMatMul t = detail::as_told(task, chip, detail::matmul_of(task));
    return matmul_program(t, chip, matmul_tiling(t, chip, task.matmul));
  }
  if (task.op == "transpose") {
    Dims order;
    for (const Index axis : task.axes) order.push_back(axis);
    return transpose_program(
        transpose_task(detail::dims_of(task.shape), order, task.element).placed(), chip);
  }
  if (!element_function(task.op) && !line_function(task.op))
    throw Error(sentence(task.op,
                         " has no program to look at; matmul, transpose, functions of "
                         "elements and of lines have"));
  return vector_program(detail::vector_task_of(task).placed(chip), chip, task.vector);
}

}  // namespace tenon
