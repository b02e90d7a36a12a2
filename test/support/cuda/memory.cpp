// SPDX-License-Identifier: Apache-2.0
// Memory of the pretended CUDA. A device's is one reserved part of the address space, which nobody
// may touch but work of a stream.
#include <sys/mman.h>

#include <cstdint>
#include <cstring>

#include "pretended.hpp"

namespace pretended {

namespace {

constexpr std::size_t page = 4096, space = std::size_t(1) << 34;
constexpr int poison = 0xff, guard = 0xa5;  // floats of 0xff are NaN

struct Allocation {
  std::size_t bytes, pages;
};
std::map<std::uintptr_t, Allocation> on_devices, pinned_ones;
std::uintptr_t beginning = 0, next = 0;
int working = 0;

void protect(std::uintptr_t data, const Allocation& a, int rights) {
  if (rights != PROT_NONE || device().untouchable)
    ::mprotect(reinterpret_cast<void*>(data), a.pages, rights);
}
bool within(const std::map<std::uintptr_t, Allocation>& all, const void* data, std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  auto found = all.upper_bound(address);
  if (found == all.begin()) return false;
  --found;
  return address + bytes <= found->first + found->second.bytes;
}
std::size_t whole_pages(std::size_t bytes) { return (bytes + page) / page * page; }

}  // namespace

Device& device() {
  static Device& one = *new Device;  // to the end of the process: others are destroyed after it
  return one;
}

bool on_device(const void* data, std::size_t bytes) { return within(on_devices, data, bytes); }
bool pinned(const void* data, std::size_t bytes) { return within(pinned_ones, data, bytes); }

DeviceWorks::DeviceWorks() {
  if (working++ == 0 && device().untouchable)
    for (const auto& [data, a] : on_devices) protect(data, a, PROT_READ | PROT_WRITE);
}
DeviceWorks::~DeviceWorks() {
  if (--working == 0 && device().untouchable)
    for (const auto& [data, a] : on_devices) protect(data, a, PROT_NONE);
}

}  // namespace pretended

using namespace pretended;

cudaError_t cudaMalloc(void** data, std::size_t bytes) {
  if (const cudaError_t code = device().call("cudaMalloc")) return code;
  if (device().allocated + bytes > device().memory)
    return device().last_error = cudaErrorMemoryAllocation;
  if (!beginning)
    beginning = next = reinterpret_cast<std::uintptr_t>(
        ::mmap(nullptr, space, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  const Allocation a{bytes, whole_pages(bytes)};
  if (next + a.pages + page > beginning + space) next = beginning;
  while (on_device(reinterpret_cast<void*>(next))) next += page;  // what lives long
  *data = reinterpret_cast<void*>(next);
  protect(next, a, PROT_READ | PROT_WRITE);
  std::memset(*data, poison, bytes);
  std::memset(static_cast<char*>(*data) + bytes, guard, a.pages - bytes);
  protect(next, a, PROT_NONE);
  on_devices[next] = a;
  next += a.pages + page;
  device().allocated += bytes;
  return cudaSuccess;
}

cudaError_t cudaFree(void* data) {
  device().call("cudaFree");
  wait_for_all();
  if (!data) return cudaSuccess;
  const auto found = on_devices.find(reinterpret_cast<std::uintptr_t>(data));
  if (found == on_devices.end()) return device().last_error = cudaErrorInvalidValue;
  {
    const DeviceWorks works;
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = found->second.bytes; i < found->second.pages; ++i)
      if (bytes[i] != guard) device().broken_guard = true;
  }
  device().allocated -= found->second.bytes;
  ::mprotect(data, found->second.pages, PROT_NONE);
  ::madvise(data, found->second.pages, MADV_DONTNEED);
  on_devices.erase(found);
  return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** data, std::size_t bytes, unsigned) {
  if (const cudaError_t code = device().call("cudaHostAlloc")) return code;
  const Allocation a{bytes, whole_pages(bytes)};
  *data = ::mmap(nullptr, a.pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::memset(*data, poison, a.pages);
  pinned_ones[reinterpret_cast<std::uintptr_t>(*data)] = a;
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* data) {
  device().call("cudaFreeHost");  // waits for nothing: work that still reads it finds it gone
  const auto found = pinned_ones.find(reinterpret_cast<std::uintptr_t>(data));
  if (found == pinned_ones.end()) return device().last_error = cudaErrorInvalidValue;
  ::munmap(data, found->second.pages);
  pinned_ones.erase(found);
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  device().call("cudaMemGetInfo");
  *total = device().memory;
  *free = device().memory - std::min(device().memory, device().allocated);
  return cudaSuccess;
}
