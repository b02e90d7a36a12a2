// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a device backend makes of a plan, said without a device: how each step is done, what is
/// staged in the host's memory, and what one rank needs of the device's.
///   std::cout << device_view(plan, 0, Cuda{});
///     memory: 1.6 MiB for parameters, 128.0 KiB in between, 98.0 KiB for inputs; 116.0 KiB staged
///     layer1.matmul: cuBLASLt, bias, ReLU (a kernel where cuBLASLt's makes 0 of NaN)
///     all-reduce + bias: staged, 1280 bytes to the host and 1280 to the device
#include <tenon/plan/text.hpp>
#include <tenon/run/device_memory.hpp>
#include <tenon/run/peer_steps.hpp>

namespace tenon {

/// @pre backend.has_device()
inline std::string device_view(const PlanView& plan, Index rank, const Backend& backend) {
  const DeviceNeeds needs = device_needs(plan, rank, backend);
  using detail::in_words;
  std::string view = sentence("memory: ", in_words(needs.parameters), " for parameters, ",
                              in_words(needs.arena), " in between, ", in_words(needs.inputs),
                              " for inputs; ", in_words(needs.staging), " staged\n");
  if (needs.scratch)
    view += sentence("rounded operands: ", in_words(needs.scratch), ", of one step at a time\n");
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    if (step.kind == Step::Kind::view) continue;
    if (step.kind == Step::Kind::compute) {
      const KernelCall call = detail::call_of(plan, step, rank, backend);
      view += sentence(plan.name(step.name), ": ", backend.way(step.op->name, call), "\n");
      continue;
    }
    if (!plan.communicates(step)) {
      view += sentence(title(plan, step), ": copies on the device\n");
      continue;
    }
    const bool by_peers =
        backend.exchange() != DeviceExchange::staged && detail::may_be_by_peers(plan, i);
    view += sentence(title(plan, step),
                     by_peers ? ": read from the devices of the node; else staged, " : ": staged, ",
                     detail::block_bytes(plan, step.inputs[0], rank), " bytes to the host and ",
                     detail::block_bytes(plan, step.output, rank), " to the device\n");
  }
  return view;
}

}  // namespace tenon
