// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The value of a scalar or a string as JSON:  epoch_num = 7, created_by = "me"
#include <cmath>
#include <optional>

#include <tenon/core/visit_element.hpp>
#include <tenon/io/stored_bytes.hpp>

#include "answer.hpp"

namespace tenon::checkpoint {

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
  if (tensor.element == Element::int4x2) return {};
  return visit_element(tensor.element, [&]<class T>(T value) -> json {
    copy_elements(tensor, 0, 1, reinterpret_cast<std::byte*>(&value));
    if (tensor.element == Element::boolean) return value != T(0);
    if constexpr (std::is_integral_v<T>) return value;
    const double number = double(value);
    if (std::isfinite(number)) return number;
    return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
  });
}

}  // namespace tenon::checkpoint
