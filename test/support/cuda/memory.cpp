// SPDX-License-Identifier: Apache-2.0
// Memory of the pretended CUDA. A device's is one reserved part of the address space, which nobody
// may touch but work of a stream.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "pretended.hpp"

namespace pretended {

namespace {

constexpr std::size_t page = 4096, space = std::size_t(1) << 34;
constexpr int poison = 0xff, guard = 0xa5;  // floats of 0xff are NaN

struct Allocation {
  std::size_t bytes, pages;
  int device = 0;
  bool in_file = false;
};
std::map<std::uintptr_t, Allocation> on_devices, of_others, pinned_ones;
std::uintptr_t beginning = 0, next = 0;
int file = -1;  // device memory that other processes map; it lies there as it does here
int working = 0;

void protect(std::uintptr_t data, const Allocation& a, int rights) {
  if (rights != PROT_NONE || device().untouchable)
    ::mprotect(reinterpret_cast<void*>(data), a.pages, rights);
}
/// Null where not all of it is in one of them.
const Allocation* find(const std::map<std::uintptr_t, Allocation>& all, const void* data,
                       std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  auto found = all.upper_bound(address);
  if (found == all.begin()) return nullptr;
  --found;
  return address + bytes <= found->first + found->second.bytes ? &found->second : nullptr;
}
std::size_t used(int of_device) {
  std::size_t bytes = 0;
  for (const auto& [data, a] : on_devices)
    if (a.device == of_device) bytes += a.bytes;
  return bytes;
}
using Allocated = std::pair<const std::uintptr_t, Allocation>;
FilePlace place_of(const Allocated& one) {
  return {file, one.second.device, one.first - beginning, one.second.bytes, one.second.pages};
}
/// With what it holds. From then on it is slower: such memory has no large pages.
void put_in_file(Allocated& one) {
  if (file < 0) file = ::memfd_create("pretended device", MFD_CLOEXEC);
  const FilePlace place = place_of(one);
  void* data = reinterpret_cast<void*>(one.first);
  const DeviceWorks works;
  if (::ftruncate(file, off_t(space + page)) != 0 ||
      ::pwrite(file, data, place.pages, off_t(place.offset)) != ssize_t(place.pages))
    std::abort();
  ::mmap(data, place.pages, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file,
         off_t(place.offset));
  one.second.in_file = true;
}
void take_from_file(Allocated& one) {
  const FilePlace place = place_of(one);
  if (openers(place)) device().freed_while_open = true;
  ::mmap(reinterpret_cast<void*>(one.first), place.pages, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  ::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off_t(place.offset),
              off_t(place.pages + page));
}
std::size_t whole_pages(std::size_t bytes) { return (bytes + page) / page * page; }

}  // namespace

Device& device() {
  static Device& one = *new Device;  // to the end of the process: others are destroyed after it
  return one;
}

Turn::Turn()
    : lock([]() -> std::recursive_mutex& {
        static std::recursive_mutex& one = *new std::recursive_mutex;
        return one;
      }()) {}

bool on_device(const void* data, std::size_t bytes) {
  return find(on_devices, data, bytes) || find(of_others, data, bytes);
}
bool reaches(cudaStream_t stream, const void* data, std::size_t bytes) {
  const Allocation* found = find(on_devices, data, bytes);
  if (!found) return find(of_others, data, bytes);
  return found && (found->device == device_of(stream) ||
                   device().peers.count({device_of(stream), found->device}));
}
bool pinned(const void* data, std::size_t bytes) { return find(pinned_ones, data, bytes); }

DeviceWorks::DeviceWorks() {
  if (working++ > 0 || !device().untouchable) return;
  for (const auto& [data, a] : on_devices) protect(data, a, PROT_READ | PROT_WRITE);
  for (const auto& [data, a] : of_others) protect(data, a, PROT_READ);
}
DeviceWorks::~DeviceWorks() {
  if (--working > 0 || !device().untouchable) return;
  for (const auto& [data, a] : on_devices) protect(data, a, PROT_NONE);
  for (const auto& [data, a] : of_others) protect(data, a, PROT_NONE);
}

bool find_place(const void* data, FilePlace& place) {
  const auto found = on_devices.find(reinterpret_cast<std::uintptr_t>(data));
  if (found == on_devices.end()) return false;
  if (!found->second.in_file) put_in_file(*found);
  place = place_of(*found);
  return true;
}
void add_opened(void* data, std::size_t bytes, std::size_t pages) {
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  of_others[address] = {bytes, pages};
  protect(address, of_others[address], PROT_READ);
  if (device().untouchable) protect(address, of_others[address], PROT_NONE);
}
void remove_opened(void* data) { of_others.erase(reinterpret_cast<std::uintptr_t>(data)); }

}  // namespace pretended

using namespace pretended;

cudaError_t cudaMalloc(void** data, std::size_t bytes) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaMalloc")) return code;
  if (const cudaError_t code = unless_recording()) return code;
  device().contexts.insert(current_device());
  if (used(current_device()) + bytes > device().memory)
    return device().last_error = cudaErrorMemoryAllocation;
  if (!beginning)
    beginning = next = reinterpret_cast<std::uintptr_t>(
        ::mmap(nullptr, space, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  const Allocation a{bytes, whole_pages(bytes), current_device()};
  if (next + a.pages + page > beginning + space) next = beginning;
  while (on_device(reinterpret_cast<void*>(next))) next += page;  // what lives long
  *data = reinterpret_cast<void*>(next);
  protect(next, a, PROT_READ | PROT_WRITE);
  // Not all of what is huge: pages that nobody uses cost nothing when their rights change.
  std::memset(*data, poison, std::min(bytes, std::size_t(4) << 20));
  std::memset(static_cast<char*>(*data) + bytes, guard, a.pages - bytes);
  protect(next, a, PROT_NONE);
  on_devices[next] = a;
  next += a.pages + page;
  device().allocated += bytes;
  return cudaSuccess;
}

cudaError_t cudaFree(void* data) {
  const Turn turn;
  const cudaError_t failed = device().call("cudaFree");
  if (const cudaError_t code = unless_recording()) return code;
  wait_for_all();
  if (!data) return failed;
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
  if (found->second.in_file) take_from_file(*found);
  on_devices.erase(found);
  return failed;
}

cudaError_t cudaHostAlloc(void** data, std::size_t bytes, unsigned) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaHostAlloc")) return code;
  if (const cudaError_t code = unless_recording()) return code;
  const Allocation a{bytes, whole_pages(bytes)};
  *data = ::mmap(nullptr, a.pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::memset(*data, poison, a.pages);
  pinned_ones[reinterpret_cast<std::uintptr_t>(*data)] = a;
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* data) {
  const Turn turn;
  const cudaError_t failed = device().call("cudaFreeHost");
  if (const cudaError_t code = unless_recording()) return code;
  // It waits for nothing: work that still reads it finds it gone.
  const auto found = pinned_ones.find(reinterpret_cast<std::uintptr_t>(data));
  if (found == pinned_ones.end()) return device().last_error = cudaErrorInvalidValue;
  ::munmap(data, found->second.pages);
  pinned_ones.erase(found);
  return failed;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  const Turn turn;
  const cudaError_t failed = device().call("cudaMemGetInfo");
  *total = device().memory;
  *free = device().memory - std::min(device().memory, used(current_device()));
  return failed;
}
