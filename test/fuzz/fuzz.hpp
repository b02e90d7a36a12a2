// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One parser under libFuzzer: whatever the bytes, it answers or throws an Error that names the
/// file, and takes no more memory than the bytes' own size and a constant.
///   extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
///     return tenon::fuzz::run(data, size, [](auto bytes) { parse(bytes, path); });
#include <sanitizer/allocator_interface.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include <tenon/core/error.hpp>

namespace tenon::fuzz {

inline const std::string path = "the file";

/// What is allocated now and was at most, since counting began.
struct Memory {
  std::ptrdiff_t now = 0, most = 0;
  bool is_counted = false;
};
inline Memory memory;

inline void count_allocations() {
  __sanitizer_install_malloc_and_free_hooks(
      [](const volatile void*, std::size_t size) {
        if (memory.is_counted)
          memory.most = std::max(memory.most, memory.now += std::ptrdiff_t(size));
      },
      [](const volatile void* address) {
        if (memory.is_counted && address)
          memory.now -=
              std::ptrdiff_t(__sanitizer_get_allocated_size(const_cast<const void*>(address)));
      });
}

/// Each entry of a file may take so much more than its bytes, for as many as the parsers' limits
/// say: all in all less than 256 MiB, whatever the file. Small files show it at once.
inline constexpr std::ptrdiff_t factor = 2048, constant = 1 << 20;

int run(const std::uint8_t* data, std::size_t size, auto&& parse) {
  static const bool once = (count_allocations(), true);
  (void)once;
  memory = {0, 0, true};
  try {
    parse(std::span(reinterpret_cast<const char*>(data), size));
  } catch (const Error& error) {
    const std::string_view words = error.what();
    if (!words.starts_with("tenon: ") || words.find(path) == words.npos) std::abort();
  }
  memory.is_counted = false;
  if (memory.most > factor * std::ptrdiff_t(size) + constant) std::abort();
  return 0;
}

/// A demand of a harness on what a parser returned.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace tenon::fuzz
