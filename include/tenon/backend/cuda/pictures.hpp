// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators of windows, on the device: Conv2D with bias and activation, MaxPool, AvgPool.
#include <tenon/backend/cuda/law.hpp>
#include <tenon/core/window.hpp>

namespace tenon::detail {

inline MadeReady convolution_kernel(CudaMachine& machine, const KernelCall& call) {
  const Block &x = call.inputs[0], &w = call.inputs[1], &y = call.output;
  const Window down = convolution_window(call.attributes, 0, w.size(2)),
               across = convolution_window(call.attributes, 1, w.size(3));
  const Index channels = w.size(1);
  const bool grouped = groups_of(call.attributes) > 1 && channels > 0;
  const Index groups = grouped ? x.size(1) / channels : 1;
  const int function = call.activation ? unary_function(call.activation_name) : -1;
  std::shared_ptr<PreparedKernel> rest;  // a function that no kernel knows
  if (call.activation && function < 0) {
    KernelCall alone = call;
    alone.bias = false;
    alone.inputs = {};
    rest = finishing_of(machine, alone, 1);
  }
  const Dims in = sizes(x.box), out = sizes(y.box);
  return launching(
      machine, named("conv2d", y.element), [=, &machine](cudaKernel_t kernel, const KernelCall& c) {
        const Index n = product(out);
        machine.kernels->over_elements(
            machine.stream, kernel, n, c.inputs[0].data, c.inputs[1].data,
            c.bias ? c.inputs.back().data : nullptr, c.output.data, n, in[1], channels, in[2],
            in[3], out[1], out[2], out[3], down.kernel, across.kernel, down.stride, across.stride,
            down.before, across.before, down.dilation, across.dilation, groups, function);
        if (!rest) return;
        KernelCall alone = c;
        alone.bias = false;
        alone.inputs = {};
        rest->run(alone);
      });
}

inline MadeReady pool_kernel(CudaMachine& machine, const KernelCall& call, bool average) {
  const Dims in = sizes(call.inputs[0].box), out = sizes(call.output.box);
  const Window down = pool_window(call.attributes, 0), across = pool_window(call.attributes, 1);
  const int count_border = average ? int(call.attributes.integers[11]) : 0;
  return launching(
      machine, named("pool", call.output.element),
      [=, &machine](cudaKernel_t kernel, const KernelCall& c) {
        const Index n = product(out);
        machine.kernels->over_elements(
            machine.stream, kernel, n, c.inputs[0].data, c.output.data, n, in[2], in[3], out[2],
            out[3], down.kernel, across.kernel, down.stride, across.stride, down.before,
            across.before, down.after, across.after, down.dilation, across.dilation, int(average),
            count_border);
      });
}

}  // namespace tenon::detail
