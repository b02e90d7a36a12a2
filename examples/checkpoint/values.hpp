// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The value of a scalar or a string as JSON:  epoch_num = 7, created_by = "me"
#include <cmath>
#include <optional>

#include <tenon/io/stored_bytes.hpp>

#include "answer.hpp"

namespace tenon::checkpoint {

/// 5 bits of exponent and 10 of fraction.
inline double of_float16(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double size = exponent == 31  ? (fraction ? NAN : INFINITY)
                      : exponent == 0 ? std::ldexp(fraction, -24)
                                      : std::ldexp(1024 + fraction, exponent - 25);
  return bits >> 15 ? -size : size;
}
/// The upper half of a float32.
inline double of_bfloat16(std::uint16_t bits) {
  const std::uint32_t all = std::uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &all, sizeof value);
  return double(value);
}

/// UTF-8 of code points of four bytes; what is none becomes '?'.
inline std::string text_of_points(const StoredTensor& tensor) {
  std::string utf8;
  std::vector<std::uint32_t> points(std::size_t(tensor.bytes() / 4));
  copy_elements(tensor, 0, Index(points.size()), reinterpret_cast<std::byte*>(points.data()));
  for (std::uint32_t point : points) {
    if (point > 0x10ffff || point >> 11 == 0x1b) point = '?';
    const int more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    constexpr unsigned first[] = {0, 0xc0, 0xe0, 0xf0};
    utf8 += char(first[more] | point >> 6 * more);
    for (int k = more - 1; k >= 0; --k) utf8 += char(0x80 | (point >> 6 * k & 0x3f));
  }
  return utf8;
}

/// None of a tensor with dimensions.
inline std::optional<json> value_of(const StoredTensor& tensor) {
  if (tensor.is_string) return text_of_points(tensor);
  if (!tensor.shape.empty()) return {};
  const auto as = [&]<class T>(T value) {
    copy_elements(tensor, 0, 1, reinterpret_cast<std::byte*>(&value));
    return value;
  };
  const auto number = [](double value) {
    return std::isfinite(value) ? json(value)
                                : json(std::isnan(value) ? "nan"
                                       : value > 0       ? "inf"
                                                         : "-inf");
  };
  switch (tensor.element) {
    case Element::float32: return number(double(as(float())));
    case Element::float64: return number(as(double()));
    case Element::float16: return number(of_float16(as(std::uint16_t())));
    case Element::bfloat16: return number(of_bfloat16(as(std::uint16_t())));
    case Element::int8: return as(std::int8_t());
    case Element::uint8: return as(std::uint8_t());
    case Element::int16: return as(std::int16_t());
    case Element::uint16: return as(std::uint16_t());
    case Element::int32: return as(std::int32_t());
    case Element::uint32: return as(std::uint32_t());
    case Element::int64: return as(std::int64_t());
    case Element::uint64: return as(std::uint64_t());
    case Element::boolean: return as(std::uint8_t()) != 0;
    case Element::int4x2: return {};
  }
  return {};
}

}  // namespace tenon::checkpoint
