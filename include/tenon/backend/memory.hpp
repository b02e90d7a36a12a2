// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Zeroed memory on a cache line's border:  Memory arena(4096); arena.data()[4095] == std::byte{0}
/// A large one is huge pages where the system has them, given when they are first touched.
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>

#include <tenon/core/dims.hpp>
#include <tenon/core/error.hpp>

namespace tenon {

/// Movable. From `huge_page` bytes on, what is never touched costs no memory, and a first touch
/// gives 2 MiB at once: the faults of pages of 4 KiB take longer than the copies into them.
class Memory {
 public:
  static constexpr Index huge_page = 2 << 20;

  /// @throws Error where there is no memory for so many bytes.
  explicit Memory(Index bytes = 0) : size_(std::size_t(bytes)) {
    if (bytes == 0) return;
    std::byte* data = bytes < huge_page ? new (line, std::nothrow) std::byte[size_]() : mapped();
    if (!data)
      throw Error(std::string("no memory for ").append(std::to_string(bytes)).append(" bytes"));
    data_ = {data, Free{bytes < huge_page ? 0 : whole_pages()}};
  }
  std::byte* data() const { return data_.get(); }
  std::span<std::byte> part(Index first, Index bytes) const {
    return {data() + first, std::size_t(bytes)};
  }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::align_val_t line{64};
  struct Free {
    std::size_t mapped;  // 0 of small memory
    void operator()(std::byte* data) const {
      if (mapped) ::munmap(data, mapped);
      else ::operator delete[](data, line);
    }
  };

  /// 64 KiB is a page, or a whole number of pages, on every system.
  std::size_t whole_pages() const { return (size_ + 65535) / 65536 * 65536; }

  /// On a huge page's border: what lies before it and behind it goes back. Null without memory.
  std::byte* mapped() const {
    const std::size_t bytes = whole_pages(), more = std::size_t(huge_page);
    if (bytes > PTRDIFF_MAX - more) return nullptr;
    void* all =
        ::mmap(nullptr, bytes + more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) return nullptr;
    const std::size_t before = (more - reinterpret_cast<std::uintptr_t>(all) % more) % more;
    std::byte* data = static_cast<std::byte*>(all) + before;
    if (before) ::munmap(all, before);
    ::munmap(data + bytes, more - before);
#ifdef MADV_HUGEPAGE
    ::madvise(data, bytes, MADV_HUGEPAGE);  // a wish: refused, the pages are small
#endif
    return data;
  }

  std::size_t size_;
  std::unique_ptr<std::byte[], Free> data_;
};

}  // namespace tenon
