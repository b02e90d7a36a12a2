// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A backend whose memory is not the host's: what an executor asks of it.
///   auto memory = device->allocate(4096);  device->upload(memory.get(), staging.get(), 4096);
/// What is asked for is done in that order, later perhaps, and is done after wait().
#include <functional>
#include <memory>
#include <string>

#include <tenon/core/kernel.hpp>
#include <tenon/core/region.hpp>

namespace tenon {

class PreparedKernel;

/// Steps, copies and kernels, in the order in which they were recorded, that run as one.
class Recorded {
 public:
  virtual ~Recorded() = default;
  virtual void launch() = 0;
};

/// Every call may throw Error: memory that is not there, a call that failed, now or before.
class Device {
 public:
  using Memory = std::shared_ptr<std::byte>;

  virtual ~Device() = default;
  /// "device 0 (NVIDIA H200)"
  virtual std::string text() const = 0;
  virtual Index free_bytes() const = 0;
  /// What it needs for itself besides what is allocated here.
  virtual Index own_bytes() const = 0;
  /// From now on this thread works on it.
  virtual void enter() = 0;

  /// Its own memory; what it holds is undefined.
  virtual Memory allocate(Index bytes) = 0;
  /// The host's, from which and to which it copies fast.
  virtual Memory allocate_staging(Index bytes) = 0;
  /// Copies between such memories, later. @pre what is read is not changed until wait().
  virtual void upload(void* to, const void* from, Index bytes) = 0;
  virtual void download(void* to, const void* from, Index bytes) = 0;
  /// Fills its memory from anywhere in the host's, whose elements are kept as `kept`; what is read
  /// may change when it returns.
  virtual void fill(void* to, Element kept, const void* from, Element element, Index count) = 0;
  virtual void wait() = 0;

  /// What `steps` asks for, recorded instead of done. @pre it was done once before.
  virtual std::unique_ptr<Recorded> record(const std::function<void()>& steps) = 0;

  /// output[to] = inputs[0][from], made ready for blocks of these elements.
  virtual std::unique_ptr<PreparedKernel> copying(Element element, const Region& from,
                                                  const Region& to) = 0;
  /// output = activation(output + bias) of rows, made ready; the bias is the call's input, if any.
  virtual std::unique_ptr<PreparedKernel> finishing(const KernelCall& call) = 0;
};

}  // namespace tenon
