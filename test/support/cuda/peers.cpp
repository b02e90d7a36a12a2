// SPDX-License-Identifier: Apache-2.0
// Memory of other devices and processes, with the pretended CUDA: a handle names a place in the
// file that a process's device memory is, and may be read only.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "pretended.hpp"

using namespace pretended;

namespace {

struct Handle {
  int process, hardware;
  FilePlace place;
  int opener = 0;  // the device on which it was opened
};
static_assert(sizeof(Handle) <= sizeof(cudaIpcMemHandle_t));

/// The number of a device of this process in the machine.
int hardware(int number) { return device().hardware + number; }
bool can_access(int own, int other) {
  return own == other || device().no_access.count({own, other}) == 0;
}
/// Counts those who have memory open, where all of them see it.
int count_openers(int file, const FilePlace& place, int more) {
  constexpr std::size_t page = 4096;
  void* counter = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, file,
                         off_t(place.offset + place.pages));
  const int now = std::atomic_ref<int>(*static_cast<int*>(counter)).fetch_add(more) + more;
  ::munmap(counter, page);
  return now;
}
std::map<void*, Handle> opened;

int file_of(const Handle& handle) {
  const std::string path =
      "/proc/" + std::to_string(handle.process) + "/fd/" + std::to_string(handle.place.file);
  return ::open(path.c_str(), O_RDWR | O_CLOEXEC);
}

}  // namespace

int pretended::openers(const FilePlace& place) { return count_openers(place.file, place, 0); }

cudaError_t cudaDeviceCanAccessPeer(int* can, int number, int peer) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaDeviceCanAccessPeer")) return code;
  *can = number != peer && can_access(hardware(number), hardware(peer));
  return cudaSuccess;
}
cudaError_t cudaDeviceEnablePeerAccess(int peer, unsigned) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaDeviceEnablePeerAccess")) return code;
  const int own = current_device();
  if (own == peer) return device().last_error = cudaErrorInvalidDevice;
  if (!can_access(hardware(own), hardware(peer)))
    return device().last_error = cudaErrorPeerAccessUnsupported;
  if (!device().peers.insert({own, peer}).second)
    return device().last_error = cudaErrorPeerAccessAlreadyEnabled;
  return cudaSuccess;
}

cudaError_t cudaIpcGetMemHandle(cudaIpcMemHandle_t* handle, void* data) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaIpcGetMemHandle")) return code;
  Handle own{::getpid(), 0, {}};
  if (!find_place(data, own.place)) return device().last_error = cudaErrorInvalidValue;
  own.hardware = hardware(own.place.device);
  std::memcpy(handle, &own, sizeof own);
  return cudaSuccess;
}
cudaError_t cudaIpcOpenMemHandle(void** data, cudaIpcMemHandle_t handle, unsigned flags) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaIpcOpenMemHandle")) return code;
  if (const cudaError_t code = unless_recording()) return code;
  Handle other{};
  std::memcpy(static_cast<void*>(&other), &handle, sizeof other);
  if (flags != cudaIpcMemLazyEnablePeerAccess) return device().last_error = cudaErrorInvalidValue;
  if (other.process == ::getpid()) return device().last_error = cudaErrorDeviceUninitialized;
  if (!can_access(hardware(current_device()), other.hardware))
    return device().last_error = cudaErrorPeerAccessUnsupported;
  const int file = file_of(other);
  if (file < 0) return device().last_error = cudaErrorInvalidResourceHandle;
  *data = device().reads_wrong
              ? ::mmap(nullptr, other.place.pages, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
              : ::mmap(nullptr, other.place.pages, PROT_NONE, MAP_SHARED, file,
                       off_t(other.place.offset));
  count_openers(file, other.place, 1);
  ::close(file);
  other.opener = current_device();
  opened[*data] = other;
  add_opened(*data, other.place.bytes, other.place.pages);
  return cudaSuccess;
}
cudaError_t cudaIpcCloseMemHandle(void* data) {
  const Turn turn;
  const cudaError_t failed = device().call("cudaIpcCloseMemHandle");
  wait_for_all();
  const auto found = opened.find(data);
  if (found == opened.end()) return device().last_error = cudaErrorInvalidValue;
  if (found->second.opener != current_device()) {
    device().closed_elsewhere = true;
    return device().last_error = cudaErrorInvalidValue;
  }
  if (const int file = file_of(found->second); file >= 0) {  // its process may have ended
    count_openers(file, found->second.place, -1);
    ::close(file);
  }
  remove_opened(data);
  ::munmap(data, found->second.place.pages);
  opened.erase(found);
  return failed;
}
