// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A backend whose memory is not the host's: what an executor asks of it.
///   auto memory = device->allocate(4096);  device->upload(memory.get(), staging.get(), 4096);
/// What is asked for is done in that order, later perhaps, and is done after wait().
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include <tenon/backend/peer_memory.hpp>
#include <tenon/core/kernel.hpp>

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
  /// The same for all who work on it, by whichever number they know it: they share its memory.
  virtual std::uint64_t identity() const = 0;
  virtual Index free_bytes() const = 0;

  /// From now on this thread works on it.
  virtual void enter() = 0;
  /// The same until end(): no other thread does meanwhile, in what was begun (DeviceWork).
  /// @return the device on which this thread worked. @throws Error where another thread is at it.
  virtual int begin() = 0;
  virtual void end(int before) noexcept = 0;

  /// What it needs for itself, made now, so that no forward finds too little memory for it.
  /// @param scratch bytes that steps need besides their blocks (Backend::scratch_bytes), the most
  /// of one. @param filled bytes that fill() brings at once, the most.
  virtual void reserve(Index scratch, Index filled) = 0;
  /// How much of its memory reserve() would take, and kernels that are not there yet.
  virtual Index own_bytes(Index scratch) const = 0;

  /// Whether other ranks are at it too, while what comes is made ready: then no time is measured.
  virtual void set_shared(bool) {}

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

  /// Its memory as other devices of the node read it; null where none can.
  virtual PeerMemory* peers() { return nullptr; }
  /// output[to] = x0 + x1 + ..., in this order, made ready. @pre peers(); what is added is float32
  /// or float64
  virtual std::unique_ptr<PreparedKernel> adding(Element element, std::span<const Addend> addends,
                                                 const Region& to) = 0;
};

/// While it lives this thread, and no other, works on the device; then on the one before.
class DeviceWork {
 public:
  explicit DeviceWork(Device& device) : device_(device), before_(device.begin()) {}
  ~DeviceWork() { device_.end(before_); }
  DeviceWork(const DeviceWork&) = delete;
  DeviceWork& operator=(const DeviceWork&) = delete;

 private:
  Device& device_;
  int before_;
};

}  // namespace tenon
