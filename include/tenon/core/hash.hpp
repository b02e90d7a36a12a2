// SPDX-License-Identifier: Apache-2.0
#pragma once
/// FNV-1a, for telling whether ranks were given the same:  Hash().add("fc1.weight").add(512).value
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace tenon {

struct Hash {
  std::uint64_t value = 14695981039346656037ull;

  /// One step for the whole number.
  template <class Number>
  requires(std::is_integral_v<Number> ||
           std::is_enum_v<Number>) constexpr Hash& add(Number number) {
    value = (value ^ static_cast<std::uint64_t>(number)) * 1099511628211ull;
    return *this;
  }
  constexpr Hash& add(std::string_view bytes) {
    for (char byte : bytes) add(static_cast<unsigned char>(byte));
    return *this;
  }
};

}  // namespace tenon
