// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/content_hash.hpp>

#include <vector>

#include <doctest/doctest.h>

using namespace tenon;

namespace {

std::uint64_t hash_of(const std::vector<float>& values) {
  const std::span bytes(reinterpret_cast<const char*>(values.data()), values.size() * 4);
  return content_hash({"x", Element::float32, {Index(values.size())}, {bytes}, false});
}

}  // namespace

TEST_CASE("other bytes have another hash, and one of equal elements is even") {
  CHECK(hash_of({0, 0, 0}) % 2 == 0);
  CHECK(hash_of({7, 7, 7}) % 2 == 0);
  CHECK(hash_of({0, 0, 0}) != hash_of({7, 7, 7}));  // replicas that are not
  CHECK(hash_of({1, 2, 3}) % 2 == 1);
  CHECK(hash_of({1, 2, 3}) == hash_of({1, 2, 3}));
  CHECK(hash_of({1, 2, 3}) != hash_of({3, 2, 1}));
}

TEST_CASE("it does not matter how the bytes are cut, and any bit that changes is seen") {
  std::vector<float> values(5000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i) * 0.25f;
  const std::uint64_t whole = hash_of(values);
  const std::span<const std::byte> bytes = std::as_bytes(std::span(values));
  for (const std::size_t cut : {1, 7, 1000, 4095, 4096, 4097, 8192, 19999}) {
    ContentHash hash(Element::float32);
    for (std::size_t at = 0; at < bytes.size(); at += cut)
      hash.add(bytes.subspan(at, std::min(cut, bytes.size() - at)));
    CHECK(hash.value() == whole);
  }
  for (std::size_t at = 0; at < values.size() * 4; at += 97) {
    auto* byte = reinterpret_cast<std::byte*>(values.data()) + at;
    *byte ^= std::byte{16};
    CHECK(hash_of(values) != whole);
    *byte ^= std::byte{16};
  }
  for (const std::size_t count : {1, 1023, 1024, 1025, 5000}) {
    CHECK(hash_of(std::vector<float>(count, 3)) % 2 == 0);
    std::vector<float> last(count + 1, 3);
    last.back() = 4;
    CHECK(hash_of(last) % 2 == 1);
  }
}
