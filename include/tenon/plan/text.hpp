// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A plan to read, a line a step:
///   layer1.matmul + bias, ReLU    [32/2, 784] [784, 512/2] [512/2] -> [32/2, 512/2]
///   exchange                      [32/2, 512/2] -> [32/8, 512]   4096 bytes
#include <algorithm>
#include <string>

#include <tenon/plan/plan.hpp>

namespace tenon {

/// "[32/2, 512]": sizes, and into how many blocks each is cut; "sum of 2" where it is a partial
/// sum.
inline std::string text(const Distribution& x) {
  std::string s = "[";
  for (int d = 0; d < x.shape.size(); ++d) {
    if (d) s += ", ";
    s += std::to_string(x.shape[d]);
    if (x.parts(d) > 1) s.append("/").append(std::to_string(x.parts(d)));
  }
  s += "]";
  if (x.partial()) s.append(" sum of ").append(std::to_string(x.summands()));
  return s;
}

/// What a step does, and to which layer.
inline std::string title(const PlanView& plan, const Step& step) {
  std::string s;
  if (step.kind == Step::Kind::exchange) s = text(step.movement);
  else if (step.kind == Step::Kind::view && !step.op) s = "rows of the same memory";
  else s = plan.name(step.name);
  if (step.bias) s += " + bias";
  if (step.activation) s.append(", ").append(step.activation->name);
  return s;
}

inline std::string text(const PlanView& plan, const Step& step) {
  std::string s = title(plan, step);
  s.resize(std::max(s.size() + 2, std::size_t(30)), ' ');
  for (int input : step.inputs) s.append(text(plan.buffer(input).distribution)).append(" ");
  s.append("-> ").append(text(plan.to(step)));
  if (!PlanView::communicates(step)) return s;
  Index most = 0;
  for (Index rank = 0; rank < plan.devices; ++rank) {
    const Index n = received(plan.from(step), plan.to(step), rank);
    most = n > most ? n : most;
  }
  return s.append("   ")
      .append(std::to_string(most * bytes(plan.buffer(step.output).element)))
      .append(" bytes received");
}

}  // namespace tenon
