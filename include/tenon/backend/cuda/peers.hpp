// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A device's memory for other ranks of the node, and theirs for it: the same pointer inside a
/// process, CUDA's memory handles (IPC) between processes.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>

#include <tenon/backend/cuda/shown_memory.hpp>
#include <tenon/backend/cuda/thread_place.hpp>
#include <tenon/backend/peer_memory.hpp>
#include <tenon/core/hash.hpp>

namespace tenon::detail {

/// Of this process alone, among all that could ever meet: processes of several containers may have
/// the same id.
inline std::uint64_t process_number() {
  static const std::uint64_t drawn = [] {
    std::random_device random;
    return std::uint64_t(random()) << 32 | random();
  }();
  return Hash().add(drawn).add(::getpid()).value;
}

class CudaPeers : public PeerMemory {
 public:
  explicit CudaPeers(int device) : device_(device) {}

  CudaPeers(const CudaPeers&) = delete;
  CudaPeers& operator=(const CudaPeers&) = delete;

  std::uint64_t number() const override {
    return Hash().add(process_number()).add(thread_place()).value;
  }
  Memory share(Index bytes, std::uint64_t readers) override {
    return ShownMemory::of_process().take(device_, bytes, readers);
  }
  void withdraw(Memory memory) override {
    ShownMemory::of_process().give_up(std::move(memory));
  }

  Index bytes_of(Index bytes) const override { return ShownMemory::rounded(bytes); }

  Name name_of(const Memory& memory) const override {
    const CurrentDevice here(device_);
    Name name{};
    name[of_process] = process_number();
    name[of_device] = std::uint64_t(device_);
    std::memcpy(&name[of_hardware], hardware(device_).bytes, 16);
    name[of_address] = reinterpret_cast<std::uintptr_t>(memory.get());
    cudaIpcMemHandle_t handle{};
    name[of_error] = std::uint64_t(cudaIpcGetMemHandle(&handle, memory.get()));
    if (name[of_error]) cudaGetLastError();
    static_assert(sizeof handle == 64 && of_handle + 8 == std::tuple_size_v<Name>);
    std::memcpy(&name[of_handle], &handle, sizeof handle);
    return name;
  }

  Memory open(const Name& name) override {
    const CurrentDevice here(device_);
    const bool in_process = name[of_process] == process_number();
    const int other = in_process ? int(name[of_device]) : place_here(name);
    if (other >= 0 && other != device_) {
      int can = 0;
      check_cuda(cudaDeviceCanAccessPeer(&can, device_, other), "cudaDeviceCanAccessPeer");
      if (!can)
        throw Error(sentence("device ", device_, " has no access to device ", other,
                             ", as cudaDeviceCanAccessPeer says"));
    }
    return in_process ? same_pointer(name, other) : by_handle(name);
  }

 private:
  enum Word { of_process, of_device, of_hardware, of_address = 4, of_error, of_handle };
  static cudaUUID_t hardware(int device) {
    cudaDeviceProp properties{};
    check_cuda(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
    return properties.uuid;
  }
  /// The number that another process's device has in this one; -1: it is not to be seen here.
  static int place_here(const Name& name) {
    int count = 0;
    check_cuda(cudaGetDeviceCount(&count), "cudaGetDeviceCount");
    for (int device = 0; device < count; ++device)
      if (std::memcmp(hardware(device).bytes, &name[of_hardware], 16) == 0) return device;
    return -1;
  }
  Memory same_pointer(const Name& name, int other) const {
    if (other != device_) {
      const cudaError_t code = cudaDeviceEnablePeerAccess(other, 0);
      if (code != cudaErrorPeerAccessAlreadyEnabled)
        check_cuda(code, sentence("cudaDeviceEnablePeerAccess of device ", other));
      cudaGetLastError();
    }
    return {reinterpret_cast<std::byte*>(std::uintptr_t(name[of_address])), [](std::byte*) {}};
  }
  Memory by_handle(const Name& name) const {
    check_cuda(cudaError_t(name[of_error]), "cudaIpcGetMemHandle, in the other process");
    cudaIpcMemHandle_t handle;
    std::memcpy(&handle, &name[of_handle], sizeof handle);
    void* data = nullptr;
    check_cuda(cudaIpcOpenMemHandle(&data, handle, cudaIpcMemLazyEnablePeerAccess),
               "cudaIpcOpenMemHandle");
    return {static_cast<std::byte*>(data),
            [device = device_](std::byte* memory) {
              on_device(device, [&] { return cudaIpcCloseMemHandle(memory); });
            }};
  }

  int device_;
};

}  // namespace tenon::detail
