// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/stored_bytes.hpp>

#include <doctest/doctest.h>

#include <random>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// A tensor of these bytes, cut into chunks there.
StoredTensor tensor_of(std::span<const char> bytes, Element element, const Dims& shape,
                       const std::vector<std::size_t>& cuts) {
  StoredTensor tensor{"w", element, shape, {}, false};
  std::size_t first = 0;
  for (std::size_t cut : cuts) {
    tensor.chunks.push_back(bytes.subspan(first, cut - first));
    first = cut;
  }
  tensor.chunks.push_back(bytes.subspan(first));
  return tensor;
}

}  // namespace

TEST_CASE("a region is copied wherever its chunks are cut") {
  std::mt19937 random(3);
  std::vector<char> bytes(6 * 5 * 4 * 4);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = char(random());
  for (int round = 0; round < 500; ++round) {
    std::vector<std::size_t> cuts{random() % 200, 200 + random() % 200};
    const StoredTensor tensor = tensor_of(bytes, Element::float32, {6, 5, 4}, cuts);
    Box part;
    for (Index size : tensor.shape) {
      const Index first = Index(random() % std::uint64_t(size));
      part.push_back({first, first + 1 + Index(random() % std::uint64_t(size - first))});
    }
    std::vector<std::byte> copied(std::size_t(volume(part) * 4));
    copy_region(tensor, region(part, whole_box(tensor.shape)), copied.data(), region(part));
    std::size_t at = 0;
    for (Index i = part[0].first; i < part[0].last; ++i)
      for (Index j = part[1].first; j < part[1].last; ++j)
        for (Index k = part[2].first; k < part[2].last; ++k, at += 4)
          REQUIRE(std::memcmp(copied.data() + at, bytes.data() + ((i * 5 + j) * 4 + k) * 4, 4) ==
                  0);
  }
}

TEST_CASE("a region that leaves the tensor's bytes is refused") {
  const std::vector<char> bytes(96);
  const StoredTensor tensor = tensor_of(bytes, Element::float32, {4, 6}, {40});
  std::vector<std::byte> block(400);
  const auto error = [&](const Region& from) {
    return error_of([&] {
      copy_region(tensor, from, block.data(), {0, from.sizes, strides(from.sizes)});
    });
  };
  CHECK(error({0, {4, 6}, {6, 1}}) == "");
  CHECK(error({24, {4, 0}, {6, 1}}) == "");
  CHECK(error({1, {4, 6}, {6, 1}}) == "tenon: w: elements from 1 to 24 are wanted of 24");
  CHECK(error({-1, {1}, {1}}) == "tenon: w: elements from -1 on are wanted of 24");
  CHECK(error({0, {2}, {std::numeric_limits<Index>::max()}}) ==
        "tenon: w: elements from 0 to 9223372036854775807 are wanted of 24");
  CHECK(error({0, {5, 1}, {std::numeric_limits<Index>::max() / 2, 1}}) ==
        "tenon: w: elements from 0 on are wanted of 24");
  CHECK(error_of([&] { copy_elements(tensor, 20, 4, block.data()); }) == "");
  CHECK(error_of([&] { copy_elements(tensor, 20, 5, block.data()); }) != "");
}

TEST_CASE("many chunks are passed once") {
  const std::vector<char> bytes(std::size_t(1) << 20, 'x');
  std::vector<std::size_t> cuts;
  for (std::size_t i = 4; i < bytes.size(); i += 4) cuts.push_back(i);
  const StoredTensor tensor = tensor_of(bytes, Element::int8, {1 << 16, 16}, cuts);
  std::vector<std::byte> copied(1 << 16);
  const Region column = region({{0, 1 << 16}, {3, 4}}, whole_box(tensor.shape));
  copy_region(tensor, column, copied.data(), {0, {1 << 16, 1}, {1, 1}});  // 2^34 steps else
  CHECK(std::all_of(copied.begin(), copied.end(), [](std::byte b) { return b == std::byte('x'); }));
}

TEST_CASE("in place is what is one aligned piece of one chunk") {
  alignas(64) static char memory[1025];
  const auto rows = [](Index first, Index last, Index width = 8) {
    return region({{first, last}, {0, width}}, {{0, 32}, {0, 8}});
  };
  const auto place = [](const StoredTensor& tensor, const Region& region) {
    return reinterpret_cast<const char*>(bytes_in_place(tensor, region));
  };
  const std::span all(memory, 1024);
  const StoredTensor one = tensor_of(all, Element::float32, {32, 8}, {});
  CHECK(place(one, rows(0, 32)) == memory);
  CHECK(place(one, rows(3, 7)) == memory + 3 * 32);
  CHECK(place(one, rows(3, 4, 2)) == memory + 3 * 32);  // a part of one row
  CHECK(place(one, rows(3, 5, 2)) == nullptr);          // of two
  const StoredTensor cut = tensor_of(all, Element::float32, {32, 8}, {96});
  CHECK(place(cut, rows(0, 3)) == memory);
  CHECK(place(cut, rows(3, 32)) == memory + 96);
  CHECK(place(cut, rows(2, 4)) == nullptr);
  const StoredTensor odd = tensor_of({memory + 1, 1024}, Element::float32, {32, 8}, {});
  CHECK(place(odd, rows(0, 32)) == nullptr);
  const StoredTensor bytes = tensor_of({memory + 1, 256}, Element::int8, {32, 8}, {});
  CHECK(place(bytes, rows(0, 32)) == memory + 1);  // bytes are always aligned
}
