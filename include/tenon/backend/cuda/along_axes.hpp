// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators along axes, on the device: Softmax, LogSoftmax, L2Normalize, LayerNorm, sums, means.
#include <tenon/backend/cuda/launch.hpp>

namespace tenon::detail {

/// A kernel of lines, which is told `last` (an int or a double) besides.
template <class Last>
MadeReady lines_kernel(CudaMachine& machine, std::string_view name, const Block& x,
                       const Dims& axes, Last last) {
  const Lines lines(sizes(x.box), axes);
  return launching(
      machine, named(name, x.element),
      [&machine, last, count = lines.beginnings.count(), n = lines.elements.count(),
       outer = lines.beginnings.rank(), inner = lines.elements.rank(),
       at = machine.numbers(lines.numbers())](cudaKernel_t kernel, const KernelCall& c) {
        machine.kernels->over_lines(machine.stream, kernel, count, c.inputs[0].data, c.output.data,
                                    count, n, static_cast<void*>(at.get()), outer, inner, last);
      });
}

inline MadeReady softmax_kernel(CudaMachine& machine, const KernelCall& call, bool logarithm) {
  return lines_kernel(machine, "softmax", call.inputs[0], call.attributes.integers, int(logarithm));
}
inline MadeReady l2_normalize_kernel(CudaMachine& machine, const KernelCall& call) {
  return lines_kernel(machine, "l2_normalize", call.inputs[0], call.attributes.integers,
                      call.attributes.reals[0]);
}

/// The attributes are {keep_dims, axes...}; no axes: all.
inline Dims reduced_axes(const KernelCall& call) {
  Dims axes;
  for (int i = 1; i < call.attributes.integers.size(); ++i)
    axes.push_back(call.attributes.integers[i]);
  const int rank = call.attributes.integers.size() == 1 ? call.inputs[0].box.size() : 0;
  for (int d = 0; d < rank; ++d) axes.push_back(d);
  return axes;
}
/// A mean is divided by the whole size.
inline MadeReady reduce_kernel(CudaMachine& machine, const KernelCall& call, bool mean) {
  const Block& x = call.inputs[0];
  const Dims axes = reduced_axes(call);
  double divisor = 1;
  for (Index axis : axes)
    if (mean) divisor *= double(x.whole_size(axis_of(axis, x.box.size())));
  return lines_kernel(machine, "reduce", x, axes, divisor);
}
inline MadeReady reduce_max_kernel(CudaMachine& machine, const KernelCall& call) {
  return lines_kernel(machine, "reduce_max", call.inputs[0], reduced_axes(call), 0);
}

/// The attributes are {begin_norm_axis} and {epsilon}.
inline MadeReady layer_norm_kernel(CudaMachine& machine, const KernelCall& call) {
  const Block& x = call.inputs[0];
  Index n = 1;
  for (int d = axis_of(call.attributes.integers[0], x.box.size()); d < x.box.size(); ++d)
    n *= x.size(d);
  const Index rows = n ? volume(x.box) / n : 0;
  return launching(machine, named("layer_norm", x.element),
                   [&machine, rows, n, scales = volume(call.inputs[1].box),
                    shifts = volume(call.inputs[2].box),
                    epsilon = call.attributes.reals[0]](cudaKernel_t kernel, const KernelCall& c) {
                     machine.kernels->over_lines(machine.stream, kernel, rows, c.inputs[0].data,
                                                 c.inputs[1].data, c.inputs[2].data, c.output.data,
                                                 rows, n, scales, shifts, epsilon);
                   });
}

}  // namespace tenon::detail
