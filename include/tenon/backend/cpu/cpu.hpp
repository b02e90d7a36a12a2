// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One core of the host, with Eigen: matrix products with bias and activation, and ReLU.
/// Everything else runs its law.  Model<...> model(communicator, Cpu{});
#include <tenon/backend/backend.hpp>
#include <tenon/backend/cpu/elementwise.hpp>
#include <tenon/backend/cpu/matmul.hpp>

namespace tenon {

struct Cpu : Backend {
  std::string_view name() const override { return "cpu"; }
  Kernel kernel(std::string_view op, Element element) const override {
    for (const auto& [operation, law] : kernels)
      if (operation == op) return law(element);
    return nullptr;
  }

 private:
  struct Entry {
    std::string_view op;
    Law law;
  };
  static constexpr Entry kernels[] = {
      {"MatMul", {&detail::cpu_matmul<float>, &detail::cpu_matmul<double>}},
      {"ReLU", {&detail::cpu_relu<float>, &detail::cpu_relu<double>}},
  };
};

}  // namespace tenon
