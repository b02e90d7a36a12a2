// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What backend/ascend/ascend_sim.hpp declares.
#include <tenon/backend/ascend/kernel/ascend_convolution.hpp>
#include <tenon/backend/ascend/kernel/ascend_law.hpp>
#include <tenon/backend/ascend/kernel/ascend_matmul.hpp>
#include <tenon/backend/ascend/kernel/ascend_vector.hpp>

namespace tenon {

TENON_DECL AscendSim::AscendSim(const AscendSimOptions& options)
    : machine_(std::make_shared<detail::AscendMachine>(options)) {}
TENON_DECL AscendSim::AscendSim(const AscendSim& other)
    : Backend(other), machine_(std::make_shared<detail::AscendMachine>(other.options())) {}

TENON_DECL std::string_view AscendSim::name() const { return "ascend"; }
TENON_DECL int AscendSim::threads() const { return options().threads; }
TENON_DECL const AscendSimOptions& AscendSim::options() const { return machine_->options; }
TENON_DECL std::vector<AscendCounts> AscendSim::counts() const {
  return {machine_->counts.begin(), machine_->counts.end()};
}

TENON_DECL Kernel AscendSim::kernel(std::string_view, Element) const { return nullptr; }

TENON_DECL std::unique_ptr<PreparedKernel> AscendSim::prepare(
    std::string_view op, const KernelCall& call, std::span<PackedForms* const> parameters) const {
  if (call.output.element == Element::float64)
    throw Error(sentence(op, " of float64: ", options().chip.name,
                         " computes float32 and float16; convert the network to float32"));
  if (call.output.element != Element::float32) return nullptr;
  const Precision precision = precision_of(op, options().precision, options().chip);
  if (op == "MatMul" && detail::AscendMatMulKernel::takes(call))
    return std::make_unique<detail::AscendMatMulKernel>(call, parameters[1], precision, machine_);
  if (op == "Conv2D" && detail::AscendConvolutionKernel::takes(call))
    return std::make_unique<detail::AscendConvolutionKernel>(call, parameters[1], precision,
                                                             machine_);
  if (const auto x = detail::AscendVectorKernel::lowered(op, call, precision))
    return std::make_unique<detail::AscendVectorKernel>(op, call, *x, machine_);
  if (precision == Precision{} || !call.law) return nullptr;
  return std::make_unique<detail::AscendLawKernel>(op, call, machine_);
}

}  // namespace tenon
