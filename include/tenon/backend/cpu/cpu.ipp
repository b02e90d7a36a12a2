// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What backend/cpu/cpu.hpp declares.
#include <tenon/backend/cpu/convolution.hpp>
#include <tenon/backend/cpu/elementwise.hpp>
#include <tenon/backend/cpu/matmul.hpp>
#include <tenon/backend/cpu/pool.hpp>

namespace tenon {

TENON_DECL Cpu::Cpu(const CpuOptions& options) : options_(options) {
  checked(options.instructions);
  if (options.weights != Element::float32 && options.weights != Element::bfloat16)
    throw Error(std::string("weights are kept as float32 or bfloat16, not ")
                    .append(text(options.weights)));
  if (options.reproducible && options.weights != Element::float32)
    throw Error(std::string("a reproducible cpu keeps weights as float32, not ")
                    .append(text(options.weights)));
}
TENON_DECL Cpu::Cpu(const Cpu& other) : Backend(other), options_(other.options_) {}
TENON_DECL Cpu::~Cpu() = default;

TENON_DECL std::string_view Cpu::name() const { return "cpu"; }
TENON_DECL int Cpu::threads() const { return options_.threads; }
TENON_DECL bool Cpu::reproducible() const { return options_.reproducible; }

TENON_DECL Kernel Cpu::kernel(std::string_view op, Element element) const {
  constexpr Law relu{&detail::cpu_relu<float>, &detail::cpu_relu<double>};
  return op == "ReLU" ? relu(element) : nullptr;
}

TENON_DECL std::unique_ptr<PreparedKernel> Cpu::prepare(
    std::string_view op, const KernelCall& call, std::span<PackedForms* const> parameters) const {
  if (call.output.element == Element::float64) return prepare_of<double>(op, call, parameters);
  return prepare_of<float>(op, call, parameters);
}
template <class T>
std::unique_ptr<PreparedKernel> Cpu::prepare_of(std::string_view op, const KernelCall& call,
                                                std::span<PackedForms* const> parameters) const {
  if (op == "MatMul")
    return std::make_unique<detail::PreparedMatMul<T>>(call, parameters[1], packing(), workers());
  if (op == "Conv2D")
    return std::make_unique<detail::PreparedConvolution<T>>(call, parameters[1],
                                                            options_.instructions, workers());
  if (op == "MaxPool")
    return std::make_unique<detail::PreparedPool<T, detail::Largest>>(call, options_.instructions,
                                                                      workers());
  if (op == "AvgPool")
    return std::make_unique<detail::PreparedPool<T, detail::Sum>>(call, options_.instructions,
                                                                  workers());
  return nullptr;
}

inline const std::shared_ptr<Workers>& Cpu::workers() const {
  if (!workers_) workers_ = std::make_shared<Workers>(options_.threads);
  return workers_;
}
inline PackOptions Cpu::packing() const {
  return {options_.instructions, options_.weights, options_.reproducible};
}

}  // namespace tenon
