// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/compare_bytes.hpp>

#include <doctest/doctest.h>

using namespace tenon;

TEST_CASE("the first element that differs, however the bytes are in chunks") {
  const std::string a(40, 'a');
  for (std::size_t wrong = 0; wrong <= a.size(); ++wrong) {
    std::string b = a;
    if (wrong < b.size()) b[wrong] = 'b';
    for (std::size_t i = 0; i <= 40; i += 3)
      for (std::size_t j = 0; j <= 40; j += 7) {
        const StoredTensor x{
            "x", Element::float32, {10}, {std::span(a).first(i), std::span(a).subspan(i)}, false};
        const StoredTensor y{
            "x", Element::float32, {10}, {std::span(b).first(j), std::span(b).subspan(j)}, false};
        const auto found = first_difference(x, y);
        CHECK(found == (wrong < 40 ? std::optional(Index(wrong) / 4) : std::nullopt));
      }
  }
}

TEST_CASE("an element's place in the whole") {
  CHECK(place_in({{0, 4}, {256, 512}}, 257) == Dims{1, 257});
  CHECK(place_in({{3, 5}}, 1) == Dims{4});
  CHECK(place_in({}, 0) == Dims{});
}
