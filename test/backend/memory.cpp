// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/memory.hpp>

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>

using namespace tenon;

namespace {

/// Bytes of this process that are in memory and in no file.
Index private_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (Index kilobytes = 0; word == "RssAnon:" && status >> kilobytes) return kilobytes * 1024;
  return -1;
}

}  // namespace

TEST_CASE("memory is zeroed, on a cache line's border, and its own") {
  CHECK(Memory().data() == nullptr);
  CHECK(Memory(0).size() == 0);
  for (const Index bytes : {Index(1), Index(100), Index(65536), Memory::huge_page - 1,
                            Memory::huge_page, Memory::huge_page + 1, 3 * Memory::huge_page - 7}) {
    CAPTURE(bytes);
    for (int again = 0; again < 2; ++again) {  // also where memory was used before
      Memory a(bytes), b(bytes);
      CHECK(a.size() == std::size_t(bytes));
      CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
      CHECK(std::ranges::count(a.part(0, bytes), std::byte{0}) == bytes);
      std::ranges::fill(a.part(0, bytes), std::byte{1});
      CHECK(std::ranges::count(b.part(0, bytes), std::byte{0}) == bytes);
      CHECK(a.part(bytes - 1, 1).data() == a.data() + bytes - 1);
    }
  }
}

TEST_CASE("memory moves") {
  for (const Index bytes : {Index(100), 2 * Memory::huge_page}) {
    Memory a(bytes);
    std::byte* const data = a.data();
    data[bytes - 1] = std::byte{5};
    Memory b = std::move(a);
    CHECK(b.data() == data);
    b = Memory(64);
    CHECK(b.size() == 64);
    CHECK(b.data()[63] == std::byte{0});
  }
}

TEST_CASE("what is not touched costs nothing") {
  const Index before = private_bytes();
  if (before < 0) return;  // a system without /proc
  const Memory memory(Index(1) << 30);
  CHECK(private_bytes() - before < Index(16) << 20);
  memory.data()[Index(1) << 29] = std::byte{1};
  CHECK(private_bytes() - before < Index(16) << 20);
  std::ranges::fill(memory.part(0, Index(64) << 20), std::byte{1});
  CHECK(private_bytes() - before >= Index(64) << 20);
}

TEST_CASE("no memory is an error that says how much was asked for") {
  CHECK_THROWS_WITH(Memory(Index(1) << 60), "tenon: no memory for 1152921504606846976 bytes");
  CHECK_THROWS_AS(Memory(INT64_MAX), Error);
}
