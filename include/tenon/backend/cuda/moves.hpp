// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators that move elements, on the device: Transpose, Concat, StridedSlice, Gather, OneHot.
#include <tenon/backend/cuda/launch.hpp>

namespace tenon::detail {

inline MadeReady transpose_kernel(CudaMachine& machine, const KernelCall& call) {
  const Dims own = strides(sizes(call.inputs[0].box));
  Region from{0, sizes(call.output.box), own};
  for (int d = 0; d < own.size(); ++d)
    from.strides[d] = own[axis_of(call.attributes.integers[d], own.size())];
  return copy_kernel(machine, call.output.element, from, region(call.output.box));
}

/// One copy for each operand.
inline MadeReady concat_kernel(CudaMachine& machine, const KernelCall& call) {
  const Dims result = strides(sizes(call.output.box));
  const int axis = axis_of(call.attributes.integers[0], result.size());
  std::vector<std::shared_ptr<PreparedKernel>> copies;
  Index before = 0;
  for (int i = 0; i < call.inputs.size(); ++i) {
    const Block& x = call.inputs[i];
    copies.push_back(copy_kernel(machine, x.element, region(x.box),
                                 {before * result[axis], sizes(x.box), result}, i));
    before += x.size(axis);
  }
  return std::make_unique<CudaLaunch>([copies](const KernelCall& c) {
    for (const auto& copy : copies) copy->run(c);
  });
}

/// The attributes are begins, ends and strides, as many of each; a dimension of which not all is
/// taken is whole.
inline MadeReady strided_slice_kernel(CudaMachine& machine, const KernelCall& call) {
  const Block &x = call.inputs[0], &y = call.output;
  const auto& n = call.attributes.integers;
  const int named = n.size() / 3;
  Region from{0, sizes(y.box), strides(sizes(x.box))};
  for (int d = 0; d < named; ++d) {
    const Index size = x.whole_size(d), stride = n[2 * named + d];
    const Index low = stride < 0 ? -1 : 0, high = stride < 0 ? size - 1 : size;
    const Index begin = n[d] < 0 ? n[d] + size : n[d];
    const Index first = std::clamp(begin, low, high);
    if (first == 0 && stride == 1 && y.whole_size(d) == size) continue;  // this may be a block
    from.first += first * from.strides[d];
    from.strides[d] *= y.size(d) > 1 ? stride : 1;
  }
  return copy_kernel(machine, y.element, from, region(y.box));
}

/// Dimensions of size one, which are repeated, have strides of 0.
inline MadeReady broadcast_to_kernel(CudaMachine& machine, const KernelCall& call) {
  const Block &x = call.inputs[0], &y = call.output;
  return copy_kernel(machine, y.element, {0, sizes(y.box), strides_over(y, x, false)},
                     region(y.box));
}

/// The attributes are what comes before each dimension, then what comes after each; and the number.
inline MadeReady pad_kernel(CudaMachine& machine, const KernelCall& call) {
  const Block &x = call.inputs[0], &y = call.output;
  const int rank = x.box.size();
  std::vector<Index> numbers;
  for (int d = 0; d < rank; ++d) numbers.push_back(y.size(d));
  for (int d = 0; d < rank; ++d) numbers.push_back(call.attributes.integers[d]);
  for (int d = 0; d < rank; ++d) numbers.push_back(x.size(d));
  for (Index stride : strides(sizes(x.box))) numbers.push_back(stride);
  return launching(machine, named("pad", y.element),
                   [&machine, n = volume(y.box), rank, value = call.attributes.reals[0],
                    at = machine.numbers(numbers)](cudaKernel_t kernel, const KernelCall& c) {
                     machine.kernels->over_elements(machine.stream, kernel, n, c.inputs[0].data,
                                                    c.output.data, n, static_cast<void*>(at.get()),
                                                    rank, value);
                   });
}

/// "gather_float_int32".
inline std::string with_indices(std::string_view kernel, Element element, Element indices) {
  return sentence(named(kernel, element), indices == Element::int64 ? "_int64" : "_int32");
}

inline MadeReady gather_kernel(CudaMachine& machine, const KernelCall& call) {
  const Block &table = call.inputs[0], &indices = call.inputs[1];
  const int axis = axis_of(call.attributes.integers[0], table.box.size());
  Index after = 1;
  for (int d = axis + 1; d < table.box.size(); ++d) after *= table.size(d);
  return launching(
      machine, with_indices("gather", call.output.element, indices.element),
      [&machine, after, n = volume(call.output.box), count = volume(indices.box),
       size = table.size(axis), first = table.box[axis].first](cudaKernel_t kernel,
                                                               const KernelCall& c) {
        machine.kernels->over_elements(machine.stream, kernel, n, c.inputs[0].data,
                                       c.inputs[1].data, c.output.data, n, count, size, first,
                                       after);
      });
}

/// Integers to floats.
inline MadeReady cast_kernel(CudaMachine& machine, const KernelCall& call) {
  return launching(machine, with_indices("cast", call.output.element, call.inputs[0].element),
                   [&machine, n = volume(call.output.box)](cudaKernel_t kernel,
                                                           const KernelCall& c) {
                     machine.kernels->over_elements(machine.stream, kernel, n, c.inputs[0].data,
                                                    c.output.data, n);
                   });
}

/// The attributes are {depth, axis} and {on_value, off_value}.
inline MadeReady one_hot_kernel(CudaMachine& machine, const KernelCall& call) {
  const Block& indices = call.inputs[0];
  const int axis = axis_of(call.attributes.integers[1], indices.box.size() + 1);
  Index after = 1;
  for (int d = axis; d < indices.box.size(); ++d) after *= indices.size(d);
  const Interval depth = call.output.box[axis];
  return launching(
      machine, with_indices("one_hot", call.output.element, indices.element),
      [&machine, after, depth, n = volume(call.output.box), on = call.attributes.reals[0],
       off = call.attributes.reals[1]](cudaKernel_t kernel, const KernelCall& c) {
        machine.kernels->over_elements(machine.stream, kernel, n, c.inputs[0].data, c.output.data,
                                       n, depth.first, depth.size(), after, on, off);
      });
}

}  // namespace tenon::detail
