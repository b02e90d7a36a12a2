// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes a vector task, value by value:
///   VectorBuilder b;  int x = b.operand(VectorExtent::whole);  b.then(AscendFunction::exp, x);
#include <tenon/backend/ascend/vector/vector_task.hpp>

namespace tenon::detail {

struct VectorBuilder {
  AscendVector task;

  /// Before all steps.
  int operand(VectorExtent extent) {
    task.operands.push_back({extent, 0});
    return int(task.operands.size()) - 1;
  }
  int then(AscendFunction function, int a, int b = -1) { return add({function, a, b, 0}); }
  int scaled(AscendFunction function, int a, double scalar) {
    return add({function, a, -1, float(scalar)});
  }

 private:
  int add(const VectorStep& step) {
    task.steps.push_back(step);
    return task.values() - 1;
  }
};

}  // namespace tenon::detail
