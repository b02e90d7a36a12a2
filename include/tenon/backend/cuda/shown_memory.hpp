// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Memory of this process's devices that other ranks read, kept to the end of the process:
///   auto memory = shown.take(0, 4096, readers);  ...  shown.give_up(std::move(memory));
/// There is one for all Cudas: a program that makes one for each model keeps no more than one that
/// has one for all.
#include <algorithm>
#include <cstdint>
#include <mutex>
#include <vector>

#include <tenon/backend/cuda/current_device.hpp>
#include <tenon/backend/cuda/memory.hpp>

namespace tenon::detail {

class ShownMemory {
 public:
  static ShownMemory& of_process() {
    static ShownMemory one;
    return one;
  }

  /// The smallest piece that fits, that nobody here holds and that these readers had; or a new one.
  CudaMemory take(int device, Index bytes, std::uint64_t readers) {
    const std::lock_guard lock(mutex_);
    Kept* least = nullptr;
    for (Kept& kept : kept_)
      if (kept.device == device && kept.readers == readers && kept.bytes >= bytes &&
          kept.memory.use_count() == 1 && (!least || kept.bytes < least->bytes))
        least = &kept;
    if (least) {
      least->is_new = false;
      return least->memory;
    }
    const CurrentDevice here(device);
    bytes = rounded(bytes);
    const CudaMemory lasting(lasting_device_memory(bytes), [](std::byte*) {});
    return kept_.emplace_back(Kept{lasting, bytes, device, readers}).memory;
  }
  /// Frees what was new for who had it last, whose readers have ended. What others had before is
  /// kept: their readers may have it open.
  void give_up(CudaMemory memory) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(kept_, memory, &Kept::memory);
    if (!memory || found == kept_.end() || !found->is_new) return;
    free_on(found->device, memory.get());
    kept_.erase(found);
  }
  /// A handle is of all that CUDA cut from one piece of 2 MiB: no other memory is in it.
  static constexpr Index rounded(Index bytes) {
    constexpr Index piece = Index(2) << 20;
    return std::max<Index>((bytes + piece - 1) / piece, 1) * piece;
  }

 private:
  struct Kept {
    CudaMemory memory;
    Index bytes;
    int device;
    std::uint64_t readers;
    bool is_new = true;
  };
  std::mutex mutex_;
  std::vector<Kept> kept_;
};

}  // namespace tenon::detail
