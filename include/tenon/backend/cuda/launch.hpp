// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A kernel of a plan's step, with all its arguments but where the blocks are.
#include <functional>

#include <tenon/backend/backend.hpp>
#include <tenon/backend/cuda/machine.hpp>
#include <tenon/backend/cuda/strided_places.hpp>

namespace tenon::detail {

class CudaLaunch : public PreparedKernel {
 public:
  explicit CudaLaunch(std::function<void(const KernelCall&)> launch) : launch_(std::move(launch)) {}
  void take_parameters(const KernelCall&) override {}
  void run(const KernelCall& call) override { launch_(call); }

 private:
  std::function<void(const KernelCall&)> launch_;
};
using MadeReady = std::unique_ptr<PreparedKernel>;

/// "unary_float", "unary_double".
inline std::string named(std::string_view kernel, Element element) {
  return sentence(kernel, element == Element::float64 ? "_double" : "_float");
}

/// run(kernel, call), of the kernel of that name.
inline MadeReady launching(CudaMachine& machine, const std::string& name, auto&& run) {
  const cudaKernel_t kernel = machine.kernels->find(name);
  return std::make_unique<CudaLaunch>(
      [kernel, run](const KernelCall& call) { run(kernel, call); });
}

/// y[to] = x[from]. @param input which of the call's
inline MadeReady copy_kernel(CudaMachine& machine, Element element, const Region& from,
                             const Region& to, int input = 0) {
  const StridedPlaces places(from.sizes, {from.strides, to.strides});
  const Index size = bytes(element), n = places.count(), x = from.first * size, y = to.first * size;
  return launching(machine, sentence("copy_Word", size * 8),
                   [&machine, at = machine.numbers(places.numbers()), n, x, y, input,
                    rank = places.rank()](cudaKernel_t kernel, const KernelCall& call) {
                     machine.kernels->over_elements(
                         machine.stream, kernel, n,
                         static_cast<void*>(call.inputs[input].as<std::byte>() + x),
                         static_cast<void*>(call.output.as<std::byte>() + y), n,
                         static_cast<void*>(at.get()), rank);
                   });
}

/// y = f(y + bias), along dimension `along` of the result, with the function of that place; -1:
/// none.
inline MadeReady finish_kernel(CudaMachine& machine, const KernelCall& call, int along,
                               int function) {
  const Dims size = sizes(call.output.box);
  Index inner = 1;
  for (int d = along + 1; d < size.size(); ++d) inner *= size[d];
  const Index channels = size.empty() ? 1 : size[along], n = product(size);
  return launching(machine, named("finish", call.output.element),
                   [=, &machine](cudaKernel_t kernel, const KernelCall& c) {
                     machine.kernels->over_elements(machine.stream, kernel, n, c.output.data,
                                                    c.bias ? c.inputs.back().data : nullptr, n,
                                                    inner, channels, function);
                   });
}

}  // namespace tenon::detail
