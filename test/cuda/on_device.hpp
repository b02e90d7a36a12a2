// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A call whose blocks are in the host's memory, done by a device backend:
///   OnDevice call(cuda, MatMul::info, given);  call.run();
#include <cstring>

#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/network/operator.hpp>

namespace tenon::test {

class OnDevice {
 public:
  /// @param behind bytes by which each block begins behind where its memory does
  OnDevice(const Cuda& cuda, const Operator& op, const KernelCall& given, Index behind = 0)
      : device_(cuda.device(0)), behind_(behind), given_(given), there_(given) {
    device_->enter();
    for (int i = 0; i < given.inputs.size(); ++i) {
      there_.inputs[i].data = bring(given.inputs[i]);
      if (i == 1 && given.inputs[i].element == Element::float32)
        there_.inputs[i].element = cuda.kept_as(op.name, i, Element::float32);
    }
    for (int i = 0; i < given.inputs.size(); ++i)
      device_->fill(there_.inputs[i].data, there_.inputs[i].element, given.inputs[i].data,
                    given.inputs[i].element, volume(given.inputs[i].box));
    there_.output.data = bring(given.output);
    there_.law = op.law(given.output.element);
    staging_ = device_->allocate_staging(size(given.output));
    kernel = cuda.prepare(op.name, there_, {});
  }
  /// By another kernel: made(call), of the call with its blocks on the device.
  void make(auto&& made) { kernel = made(there_); }

  /// At once; then `recorded` times as it was recorded. The result is in the given block.
  void run(int recorded = 0) {
    kernel->take_parameters(there_);
    kernel->run(there_);
    device_->wait();
    if (recorded) {
      const auto steps = device_->record([&] { kernel->run(there_); });
      for (int i = 0; i < recorded; ++i) steps->launch();
    }
    device_->download(staging_.get(), there_.output.data, size(given_.output));
    device_->wait();
    if (staging_) std::memcpy(given_.output.data, staging_.get(), std::size_t(size(given_.output)));
  }

 private:
  static Index size(const Block& block) { return volume(block.box) * bytes(block.element); }
  std::byte* bring(const Block& block) {
    return memory_.emplace_back(device_->allocate(size(block) + behind_)).get() + behind_;
  }
  std::shared_ptr<Device> device_;
  Index behind_;
  KernelCall given_, there_;
  std::vector<Device::Memory> memory_;
  Device::Memory staging_;

 public:
  std::unique_ptr<PreparedKernel> kernel;
};

}  // namespace tenon::test
