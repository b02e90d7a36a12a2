// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which operator is done how on the device:  device_way("Softmax", call) == "a kernel"
#include <tenon/backend/cuda/along_axes.hpp>
#include <tenon/backend/cuda/elementwise.hpp>
#include <tenon/backend/cuda/law.hpp>
#include <tenon/backend/cuda/matmul.hpp>
#include <tenon/backend/cuda/moves.hpp>
#include <tenon/backend/cuda/pictures.hpp>

namespace tenon::detail {

/// Besides MatMul and the functions of elements.
struct CudaOperator {
  std::string_view name;
  MadeReady (*prepare)(CudaMachine&, const KernelCall&);
};
inline constexpr CudaOperator cuda_operators[] = {
    {"Softmax", [](CudaMachine& m, const KernelCall& c) { return softmax_kernel(m, c, false); }},
    {"LogSoftmax", [](CudaMachine& m, const KernelCall& c) { return softmax_kernel(m, c, true); }},
    {"ReduceSum", [](CudaMachine& m, const KernelCall& c) { return reduce_kernel(m, c, false); }},
    {"ReduceMean", [](CudaMachine& m, const KernelCall& c) { return reduce_kernel(m, c, true); }},
    {"MaxPool", [](CudaMachine& m, const KernelCall& c) { return pool_kernel(m, c, false); }},
    {"AvgPool", [](CudaMachine& m, const KernelCall& c) { return pool_kernel(m, c, true); }},
    {"L2Normalize", &l2_normalize_kernel},
    {"LayerNorm", &layer_norm_kernel},
    {"Transpose", &transpose_kernel},
    {"Concat", &concat_kernel},
    {"StridedSlice", &strided_slice_kernel},
    {"Gather", &gather_kernel},
    {"OneHot", &one_hot_kernel},
    {"BroadcastTo", &broadcast_to_kernel},
    {"PadV3", &pad_kernel},
    {"Select", &select_kernel},
    {"Cast", &cast_kernel},
    {"ReduceMax", &reduce_max_kernel},
    {"Conv2D", &convolution_kernel},
};

inline const CudaOperator* find_cuda_operator(std::string_view name) {
  for (const CudaOperator& op : cuda_operators)
    if (op.name == name) return &op;
  return nullptr;
}

inline bool is_on_device(std::string_view op, const KernelCall& call) {
  const Element element = call.output.element;
  if (element != Element::float32 && element != Element::float64) return false;
  return op == "MatMul" || find_cuda_operator(op) || unary_function(op) >= 0 ||
         binary_function(op) >= 0;
}

/// @throws Error where neither a kernel nor a law does it.
inline MadeReady prepare_operator(CudaMachine& machine, std::string_view op,
                                  const KernelCall& call) {
  if (is_on_device(op, call)) {
    if (op == "MatMul") return std::make_unique<CudaMatMul>(call, machine);
    if (const CudaOperator* own = find_cuda_operator(op)) return own->prepare(machine, call);
    if (const int function = unary_function(op); function >= 0)
      return unary_kernel(machine, call, function);
    return binary_kernel(machine, call, binary_function(op), op == "BiasAdd" || op == "PReLU");
  }
  if (call.law) return law_on_host(machine, call);
  throw Error(sentence("the cuda backend has no kernel for ", op, ", and it has no law"));
}

}  // namespace tenon::detail
