// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The cores of the host: matrix products with bias and activation, and ReLU; everything else runs
/// its law.  Model<...> model(communicator, Cpu{{.threads = 2}});
#include <tenon/backend/cpu/elementwise.hpp>
#include <tenon/backend/cpu/matmul.hpp>

namespace tenon {

struct CpuOptions {
  int threads = 1;                     // of each rank
  Element weights = Element::float32;  // or bfloat16: MatMul of floats rounds both its inputs
  bool reproducible = false;           // the same bits however the network is cut
  InstructionSet instructions = best_instruction_set();
};

/// A copy has threads of its own.
class Cpu : public Backend {
 public:
  /// @throws Error where this processor lacks the instruction set.
  explicit Cpu(const CpuOptions& options = {}) : options_(options) {
    checked(options.instructions);
    if (options.weights != Element::float32 && options.weights != Element::bfloat16)
      throw Error(std::string("weights are kept as float32 or bfloat16, not ")
                      .append(text(options.weights)));
    if (options.reproducible && options.weights != Element::float32)
      throw Error(std::string("a reproducible cpu keeps weights as float32, not ")
                      .append(text(options.weights)));
  }
  Cpu(const Cpu& other) : Backend(other), options_(other.options_) {}

  std::string_view name() const override { return "cpu"; }
  int threads() const override { return options_.threads; }
  bool reproducible() const override { return options_.reproducible; }
  Kernel kernel(std::string_view op, Element element) const override {
    constexpr Law relu{&detail::cpu_relu<float>, &detail::cpu_relu<double>};
    return op == "ReLU" ? relu(element) : nullptr;
  }
  std::unique_ptr<PreparedKernel> prepare(std::string_view op, const KernelCall& call,
                                          std::span<PackedForms* const> parameters) const override {
    if (op != "MatMul") return nullptr;
    if (call.output.element == Element::float64) return matmul<double>(call, parameters[1]);
    return matmul<float>(call, parameters[1]);
  }

 private:
  template <class T>
  std::unique_ptr<PreparedKernel> matmul(const KernelCall& call, PackedForms* forms) const {
    if (!workers_) workers_ = std::make_shared<Workers>(options_.threads);
    return std::make_unique<detail::PreparedMatMul<T>>(call, forms, packing(), workers_);
  }

  PackOptions packing() const {
    return {options_.instructions, options_.weights, options_.reproducible};
  }

  CpuOptions options_;
  mutable std::shared_ptr<Workers> workers_;  // from the first kernel on
};

}  // namespace tenon
