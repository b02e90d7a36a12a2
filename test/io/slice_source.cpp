// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/slice_source.hpp>

#include <doctest/doctest.h>

#include <numeric>

#include <tenon/io/stored_distribution.hpp>

#include "random_strategy.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("any box of a tensor, from slices in any layout") {
  Random random(4);
  std::vector<std::int32_t> all(24 * 48);
  std::iota(all.begin(), all.end(), 0);
  const Dims shape{24, 48};
  for (int round = 0; round < 100; ++round) {
    const StoredLayout stored = random_layout(random, "w", 2, 8);
    std::vector<std::vector<std::int32_t>> values;
    std::vector<StoredTensor> slices;
    for (Index rank = 0; rank < 8; ++rank) {
      const OwnSlice own = own_slice(stored, shape, rank);
      values.emplace_back();
      for (Index element : own.elements) values.back().push_back(all[std::size_t(element)]);
      const std::span bytes(reinterpret_cast<const char*>(values.back().data()),
                            values.back().size() * 4);
      const std::size_t half = bytes.size() / 8 * 4 + std::size_t(round % 4);  // two chunks
      slices.push_back(
          {"w", Element::int32, own.shape, {bytes.first(half), bytes.subspan(half)}, false});
    }
    ShardedTensor tensor{"w", Element::int32, false, stored_distribution(stored, shape), 0, {}, {}};
    for (const StoredTensor& slice : slices) tensor.slices.push_back(&slice);
    Box box;
    for (Index size : shape) {
      const Index first = pick(random, 0, size);
      box.push_back({first, pick(random, first, size)});
    }
    const TensorSource source = slice_source(tensor, box, round % 8);
    REQUIRE(source.shape == sizes(box));
    std::string bytes;
    source.produce([&](std::span<const char> piece) { bytes.append(piece.data(), piece.size()); });
    std::vector<std::int32_t> found(bytes.size() / 4), expected;
    if (!bytes.empty()) std::memcpy(found.data(), bytes.data(), bytes.size());
    for (Index i = box[0].first; i < box[0].last; ++i)
      for (Index j = box[1].first; j < box[1].last; ++j)
        expected.push_back(all[std::size_t(i * 48 + j)]);
    REQUIRE(found == expected);
  }
}

TEST_CASE("a tensor larger than the memory for it comes slab by slab") {
  std::vector<float> values((5 << 20) / 4 + 7);
  std::iota(values.begin(), values.end(), 0.f);
  const std::span bytes(reinterpret_cast<const char*>(values.data()), values.size() * 4);
  const Dims shape{1, Index(values.size())};
  const StoredTensor slice{"w", Element::float32, shape, {bytes}, false};
  const ShardedTensor tensor{"w", Element::float32, false, whole(shape), 0, {&slice}, {}};
  std::size_t pieces = 0, largest = 0, at = 0;
  slice_source(tensor, whole_box(shape)).produce([&](std::span<const char> piece) {
    ++pieces;
    largest = std::max(largest, piece.size());
    CHECK(std::memcmp(piece.data(), bytes.data() + at, piece.size()) == 0);
    at += piece.size();
  });
  CHECK(pieces == 2);
  CHECK(largest == 4u << 20);
  CHECK(at == bytes.size());
}
