// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators that work element by element, on the device, by functions.hpp.
#include <tenon/backend/cuda/launch.hpp>

namespace tenon::detail {

inline MadeReady unary_kernel(CudaMachine& machine, const KernelCall& call, int function) {
  return launching(machine, named("unary", call.output.element),
                   [&machine, function, n = volume(call.output.box)](cudaKernel_t kernel,
                                                                     const KernelCall& c) {
                     machine.kernels->over_elements(machine.stream, kernel, n, c.inputs[0].data,
                                                    c.output.data, n, function);
                   });
}

/// @param channel operand 1 lies along dimension 1
inline MadeReady binary_kernel(CudaMachine& machine, const KernelCall& call, int function,
                               bool channel) {
  const StridedPlaces places(sizes(call.output.box),
                      {strides_over(call.output, call.inputs[0], false),
                       strides_over(call.output, call.inputs[1], channel)});
  return launching(machine, named("binary", call.output.element),
                   [&machine, function, n = places.count(), rank = places.rank(),
                    at = machine.numbers(places.numbers())](cudaKernel_t kernel,
                                                            const KernelCall& c) {
                     machine.kernels->over_elements(machine.stream, kernel, n, c.inputs[0].data,
                                                    c.inputs[1].data, c.output.data, n, function,
                                                    static_cast<void*>(at.get()), rank);
                   });
}

inline MadeReady select_kernel(CudaMachine& machine, const KernelCall& call) {
  const auto over = [&](int i) { return strides_over(call.output, call.inputs[i], false); };
  const StridedPlaces places(sizes(call.output.box), {over(0), over(1), over(2)});
  return launching(machine, named("select", call.output.element),
                   [&machine, n = places.count(), rank = places.rank(),
                    at = machine.numbers(places.numbers())](cudaKernel_t kernel,
                                                            const KernelCall& c) {
                     machine.kernels->over_elements(machine.stream, kernel, n, c.inputs[0].data,
                                                    c.inputs[1].data, c.inputs[2].data,
                                                    c.output.data, n, static_cast<void*>(at.get()),
                                                    rank);
                   });
}

}  // namespace tenon::detail
