// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Regions of memory that a device reads, its own and its peers', added to a block of its own.
#include <span>

#include <tenon/backend/cuda/launch.hpp>

namespace tenon::detail {

/// output[to] = x0 + x1 + ..., in this order; of one region a copy, whatever its elements.
inline MadeReady sum_kernel(CudaMachine& machine, Element element, std::span<const Addend> addends,
                            const Region& to) {
  std::vector<Dims> strides;
  for (const Addend& x : addends) strides.push_back(x.from.strides);
  strides.push_back(to.strides);
  const StridedPlaces places(to.sizes, strides);
  const Index size = bytes(element), n = places.count(), first = to.first * size;
  const int rank = places.rank(), count = int(addends.size());
  std::vector<Index> numbers = places.numbers();
  for (const Addend& x : addends)
    numbers.push_back(reinterpret_cast<Index>(x.data + x.from.first * size));
  const CudaMemory at = machine.numbers(numbers);
  if (count == 1)
    return launching(machine, sentence("copy_Word", size * 8),
                     [=, &machine, x = reinterpret_cast<const void*>(numbers.back())](
                         cudaKernel_t kernel, const KernelCall& call) {
                       machine.kernels->over_elements(
                           machine.stream, kernel, n, x,
                           static_cast<void*>(call.output.as<std::byte>() + first), n,
                           static_cast<void*>(at.get()), rank);
                     });
  return launching(
      machine, named("sum", element), [=, &machine](cudaKernel_t kernel, const KernelCall& call) {
        machine.kernels->over_elements(machine.stream, kernel, n,
                                       static_cast<void*>(call.output.as<std::byte>() + first), n,
                                       static_cast<void*>(at.get()), rank, count);
      });
}

}  // namespace tenon::detail
