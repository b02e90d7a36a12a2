// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Does a tensor depend on the order in which the cube adds?
///   sensitivity(step16, sequential, 10)  says  {numbers 320, bits 1, rows 32, argmax 0}
#include <algorithm>
#include <span>

#include <tenon/core/error.hpp>
#include <tenon/core/half.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

struct Sensitivity {
  std::int64_t numbers = 0, bits = 0;  // of them: whose float16 differs
  std::int64_t rows = 0, argmax = 0;   // of them: whose largest number is another
  constexpr Sensitivity& operator+=(const Sensitivity& other) {
    numbers += other.numbers, bits += other.bits;
    rows += other.rows, argmax += other.argmax;
    return *this;
  }
  friend constexpr bool operator==(const Sensitivity&, const Sensitivity&) = default;
};

/// Of the same tensor by two orders; NaN is NaN's equal, and of equal numbers the first is largest.
/// @throws Error where they are not as many, or no whole rows
inline Sensitivity sensitivity(std::span<const float> a, std::span<const float> b,
                               std::int64_t columns) {
  if (a.size() != b.size() || columns < 1 || std::int64_t(a.size()) % columns != 0)
    throw Error(sentence("the same tensor has ", a.size(), " and ", b.size(),
                         " numbers, in rows of ", columns));
  Sensitivity found;
  found.numbers = std::int64_t(a.size());
  found.rows = found.numbers / columns;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool none = a[i] != a[i] && b[i] != b[i];
    found.bits += !none && to_float16(a[i]) != to_float16(b[i]);
  }
  const auto largest = [&](std::span<const float> x, std::int64_t row) {
    const auto part = x.subspan(std::size_t(row * columns), std::size_t(columns));
    return std::max_element(part.begin(), part.end()) - part.begin();
  };
  for (std::int64_t row = 0; row < found.rows; ++row)
    found.argmax += largest(a, row) != largest(b, row);
  return found;
}

}  // namespace tenon
