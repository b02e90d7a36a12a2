// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What has no kernel: the blocks are copied to the host, a function runs there when the device has
/// come so far, and the result is copied back. All of it is work of the stream, and is recorded.
#include <exception>

#include <tenon/backend/cuda/launch.hpp>
#include <tenon/core/finish.hpp>

namespace tenon::detail {

class CudaOnHost : public PreparedKernel {
 public:
  /// @param in_place the result is read, too
  CudaOnHost(const KernelCall& call, CudaMachine& machine, Kernel function, bool in_place)
      : machine_(machine), function_(function), in_place_(in_place), here_(call) {
    for (int i = 0; i < call.inputs.size(); ++i)
      here_.inputs[i].data = memory(call.inputs[i]);
    here_.output.data = memory(call.output);
  }

  void take_parameters(const KernelCall&) override {}
  void run(const KernelCall& call) override {
    for (int i = 0; i < call.inputs.size(); ++i)
      machine_.download(here_.inputs[i].data, call.inputs[i].data, size(call.inputs[i]));
    if (in_place_) machine_.download(here_.output.data, call.output.data, size(call.output));
    check_cuda(cudaLaunchHostFunc(machine_.stream, &on_host, this), "cudaLaunchHostFunc");
    machine_.upload(call.output.data, here_.output.data, size(call.output));
  }

 private:
  static Index size(const Block& block) { return volume(block.box) * bytes(block.element); }
  std::byte* memory(const Block& block) {
    return memory_.emplace_back(pinned_memory(size(block))).get();
  }
  /// An error may not leave it: it is told when the stream is waited for.
  static void on_host(void* self) {
    auto& own = *static_cast<CudaOnHost*>(self);
    try {
      own.function_(own.here_);
    } catch (const std::exception& error) {
      own.machine_.host_error().text = error.what();
    } catch (...) {
      own.machine_.host_error().text = "an error that is no std::exception";
    }
  }

  CudaMachine& machine_;
  Kernel function_;
  bool in_place_;
  KernelCall here_;
  std::vector<CudaMemory> memory_;
};

/// An operator's own law. @pre the call has it
inline MadeReady law_on_host(CudaMachine& machine, const KernelCall& call) {
  return std::make_unique<CudaOnHost>(call, machine, call.law, false);
}

/// output = activation(output + bias), on the device where it knows the function.
inline MadeReady finishing_of(CudaMachine& machine, const KernelCall& call, int along) {
  const int function = call.activation ? unary_function(call.activation_name) : -1;
  const bool unknown = call.activation && function < 0;
  if (!unknown) return finish_kernel(machine, call, along, function);
  KernelCall alone = call;  // the function of the user's own
  alone.bias = false;
  alone.inputs = {};
  std::shared_ptr<PreparedKernel> host = std::make_unique<CudaOnHost>(
      alone, machine,
      [](const KernelCall& c) {
        finish_block(c.output.element, c.output.data, sizes(c.output.box), c.finish());
      },
      true);
  std::shared_ptr<PreparedKernel> bias;
  if (call.bias) bias = finish_kernel(machine, call, along, -1);
  return std::make_unique<CudaLaunch>([bias, host](const KernelCall& c) {
    if (bias) bias->run(c);
    KernelCall rest = c;
    rest.inputs = {};
    host->run(rest);
  });
}

}  // namespace tenon::detail
