// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One core of the host, with Eigen: the path that needs no tuning, to compare with.
///   Model<...> model(communicator, EigenCpu{});
#include <tenon/backend/backend.hpp>
#include <tenon/backend/cpu/eigen_matmul.hpp>
#include <tenon/backend/cpu/elementwise.hpp>

namespace tenon {

struct EigenCpu : Backend {
  std::string_view name() const override { return "eigen"; }
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
      {"MatMul", {&detail::eigen_matmul<float>, &detail::eigen_matmul<double>}},
      {"ReLU", {&detail::cpu_relu<float>, &detail::cpu_relu<double>}},
  };
};

}  // namespace tenon
