// SPDX-License-Identifier: Apache-2.0
#include <tenon/model/pool/memory_slots.hpp>

#include <doctest/doctest.h>

#include "../../support/error_of.hpp"

using namespace tenon;

TEST_CASE("shared memory grows where it is, and another map of it sees that") {
  SharedMemory memory;
  SharedMemory other(::fcntl(memory.number(), F_DUPFD_CLOEXEC, 0));
  const std::byte* const data = memory.data();
  CHECK(!other.holds(0, 1));
  for (Index size : {1, 4096, 1 << 20, 50 << 20}) {
    memory.grow(size);
    CHECK(memory.data() == data);
    memory.data()[size - 1] = std::byte(7);
    REQUIRE(other.holds(0, size));
    CHECK(other.data()[size - 1] == std::byte(7));
    CHECK(!other.holds(1, size));
  }
  CHECK(other.holds(50 << 20, 0));
  for (Index wrong : {Index(-1), INT64_MIN, INT64_MAX}) {
    CHECK(!other.holds(wrong, 1));
    CHECK(!other.holds(1, wrong));
  }
  CHECK(test::error_of([&] { memory.grow(Index(1) << 50); }) ==
        "tenon: no memory for 1125899906842624 bytes that processes share");
  CHECK(::ftruncate(other.number(), 0) != 0);  // a worker cannot take it away
}

TEST_CASE("a slot stays until it must be larger") {
  SharedMemory memory;
  MemorySlots slots;
  const Index x = slots.place("x", 1000, memory), y = slots.place("y", 10000, memory);
  CHECK(x + 1000 <= y);
  CHECK(slots.place("x", 0, memory) == x);
  CHECK(slots.place("x", 4096, memory) == x);
  const Index larger = slots.place("x", 4097, memory);
  CHECK(larger >= y + 10000);
  CHECK(slots.place("x", 8192, memory) == larger);  // twice as large as before
  CHECK(memory.holds(larger, 8192));
}
