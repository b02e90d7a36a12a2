// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What backend/cuda/cuda.hpp declares.
#include <tenon/backend/cuda/machine.ipp>
#include <tenon/backend/cuda/opened_devices.hpp>
#include <tenon/backend/cuda/operators.hpp>

namespace tenon {

struct Cuda::Shared {
  const CudaOptions options;
  detail::OpenedDevices devices = {};
};

TENON_DECL Cuda::Cuda(const CudaOptions& options)
    : shared_(new Shared{options}) {
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
  const auto machine = shared_->devices.machine(shared_->options, 0, nullptr);
  return detail::prepare_operator(*machine, op, call);
}

TENON_DECL bool Cuda::has_device() const { return true; }
TENON_DECL std::shared_ptr<Device> Cuda::device(int neighbour, const Device* opened) const {
  return shared_->devices.machine(shared_->options, neighbour, opened);
}

TENON_DECL DeviceExchange Cuda::exchange() const { return shared_->options.exchange; }
TENON_DECL Element Cuda::kept_as(std::string_view op, int operand, Element element) const {
  const bool weight = op == "MatMul" && operand == 1 && element == Element::float32;
  return weight ? shared_->options.weights : element;
}

TENON_DECL Index Cuda::scratch_bytes(std::string_view op, const KernelCall& call) const {
  if (op != "MatMul" || !detail::is_on_device(op, call)) return 0;
  return detail::rounded_bytes(call, shared_->options.weights);
}

TENON_DECL std::string Cuda::way(std::string_view op, const KernelCall& call) const {
  if (!detail::is_on_device(op, call)) return "its law, on the host";
  const bool product = op == "MatMul";
  const std::string_view function = call.activation ? call.activation_name : "";
  const CudaOptions& options = shared_->options;
  const bool rounds =
      product && call.activation &&
      (options.tensor_float32 || detail::operands_of(call, options.weights) != Element::float32);
  const detail::CudaEpilogue fused =
      detail::epilogue_of(call.bias, function, call.output.element, rounds);
  std::string way = product ? "cuBLASLt" : "a kernel", left;
  if (call.bias && (!product || detail::has_bias(fused))) way += ", bias";
  else if (call.bias) left = "; then bias";
  const bool on_host = call.activation && detail::unary_function(function) < 0;
  if (call.activation && !on_host) {
    if (product && detail::has_relu(fused))
      way += sentence(", ", function, " (a kernel where cuBLASLt's makes 0 of NaN)");
    else if (!product || detail::has_activation(fused)) way += sentence(", ", function);
    else left += sentence(left.empty() ? "; then " : ", ", function);
  }
  if (!left.empty()) way += left + " by a kernel";
  return on_host ? sentence(way, "; then ", function, " on the host") : way;
}

}  // namespace tenon
