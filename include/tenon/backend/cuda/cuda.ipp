// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What backend/cuda/cuda.hpp declares.
#include <tenon/backend/cuda/machine.ipp>
#include <tenon/backend/cuda/operators.hpp>

namespace tenon {

struct Cuda::Shared {
  CudaOptions options;
  std::shared_ptr<detail::CudaMachine> machine;  // from the first model on
};

TENON_DECL Cuda::Cuda(const CudaOptions& options)
    : shared_(std::make_shared<Shared>(Shared{options, nullptr})) {
  const bool whole = options.weights == Element::float32;
  if (!whole && options.weights != Element::bfloat16 && options.weights != Element::float16)
    throw Error(sentence("weights are kept as float32, bfloat16 or float16, not ",
                         text(options.weights)));
  if (options.tensor_float32 && !whole)
    throw Error(sentence("tensor_float32 is for weights of float32, not of ",
                         text(options.weights)));
  if (options.device < -1)
    throw Error(sentence("a CUDA device is a number from 0, or -1 for the rank's place on its ",
                         "node, not ", options.device));
}
TENON_DECL Cuda::~Cuda() = default;

TENON_DECL std::string_view Cuda::name() const { return "cuda"; }
TENON_DECL Kernel Cuda::kernel(std::string_view, Element) const { return nullptr; }
TENON_DECL std::unique_ptr<PreparedKernel> Cuda::prepare(std::string_view op,
                                                         const KernelCall& call,
                                                         std::span<PackedForms* const>) const {
  if (!shared_->machine) device(0);
  return detail::prepare_operator(*shared_->machine, op, call);
}

TENON_DECL bool Cuda::has_device() const { return true; }
TENON_DECL std::shared_ptr<Device> Cuda::device(int neighbour) const {
  if (!shared_->machine)
    shared_->machine = std::make_shared<detail::CudaMachine>(shared_->options, neighbour);
  return shared_->machine;
}

TENON_DECL Element Cuda::kept_as(std::string_view op, int operand, Element element) const {
  const bool weight = op == "MatMul" && operand == 1 && element == Element::float32;
  return weight ? shared_->options.weights : element;
}

TENON_DECL std::string Cuda::way(std::string_view op, const KernelCall& call) const {
  if (!detail::is_on_device(op, call)) return "its law, on the host";
  const bool unknown = call.activation && detail::unary_function(call.activation_name) < 0;
  const std::string after = sentence(call.bias ? ", bias" : "", call.activation ? ", " : "",
                                     call.activation ? call.activation_name : std::string_view());
  if (op != "MatMul")
    return unknown ? sentence("a kernel", after, " on the host") : sentence("a kernel", after);
  const detail::CudaEpilogue e = detail::epilogue_of(call.bias, call.activation_name);
  if (!call.activation || detail::has_activation(e)) return sentence("cuBLASLt", after);
  return sentence("cuBLASLt", call.bias ? ", bias; then " : "; then ", call.activation_name,
                  unknown ? " on the host" : " by a kernel");
}

}  // namespace tenon
