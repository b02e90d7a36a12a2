// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a device backend makes of a plan, said without a device: how each step is done, what is
/// staged in the host's memory, and what one rank needs of the device's.
///   std::cout << device_view(plan, 0, Cuda{});
///     memory: 1.6 MiB for parameters, 128.0 KiB in between, 98.0 KiB for inputs; 116.0 KiB staged
///     layer1.matmul: cuBLASLt, bias; then ReLU by a kernel
///     all-reduce + bias: staged, 1280 bytes to the host and 1280 to the device
#include <tenon/plan/text.hpp>
#include <tenon/run/device_memory.hpp>

namespace tenon {

namespace detail {

/// A step's call on a rank, without memory.
inline KernelCall call_of(const PlanView& plan, const Step& step, Index rank) {
  const auto block = [&](int id) {
    const Buffer& b = plan.buffer(id);
    return Block{nullptr, b.distribution.box(rank), b.element, b.distribution.shape};
  };
  KernelCall call;
  for (int input : step.inputs) call.inputs.push_back(block(input));
  call.output = block(step.output);
  call.attributes = step.attributes;
  call.bias = step.bias;
  if (!step.activation) return call;
  call.activation = &step.activation->scalar;
  call.activation_name = step.activation->name;
  return call;
}

}  // namespace detail

/// @pre backend.has_device()
inline std::string device_view(const PlanView& plan, Index rank, const Backend& backend) {
  const DeviceNeeds needs = device_needs(plan, rank, backend);
  using detail::in_words;
  std::string view = sentence("memory: ", in_words(needs.parameters), " for parameters, ",
                              in_words(needs.arena), " in between, ", in_words(needs.inputs),
                              " for inputs; ", in_words(needs.staging), " staged\n");
  for (const Step& step : plan.steps) {
    if (step.kind == Step::Kind::view) continue;
    if (step.kind == Step::Kind::compute) {
      view += sentence(plan.name(step.name), ": ",
                       backend.way(step.op->name, detail::call_of(plan, step, rank)), "\n");
      continue;
    }
    if (!plan.communicates(step)) {
      view += sentence(title(plan, step), ": copies on the device\n");
      continue;
    }
    view += sentence(title(plan, step), ": staged, ",
                     detail::block_bytes(plan, step.inputs[0], rank), " bytes to the host and ",
                     detail::block_bytes(plan, step.output, rank), " to the device\n");
  }
  return view;
}

}  // namespace tenon
