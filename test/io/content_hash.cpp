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
