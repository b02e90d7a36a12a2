// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a tensor's elements are:  Element::float32, of 4 bytes.
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <tenon/core/dims.hpp>

namespace tenon {

enum class Element : std::uint8_t {
  float32,
  float64,
  float16,
  bfloat16,
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  boolean,
  int4x2,  // two numbers of four bits in a byte, which is one element: MindSpore's qint4x2
};

constexpr Index bytes(Element element) {
  switch (element) {
    case Element::int8:
    case Element::uint8:
    case Element::boolean:
    case Element::int4x2: return 1;
    case Element::float16:
    case Element::bfloat16:
    case Element::int16:
    case Element::uint16: return 2;
    case Element::float32:
    case Element::int32:
    case Element::uint32: return 4;
    case Element::float64:
    case Element::int64:
    case Element::uint64: return 8;
  }
  return 0;
}

constexpr std::string_view text(Element element) {
  constexpr std::string_view names[] = {"float32", "float64", "float16", "bfloat16", "int8",
                                        "uint8",   "int16",   "uint16",  "int32",    "uint32",
                                        "int64",   "uint64",  "boolean", "int4x2"};
  return names[int(element)];
}

/// The Element of a C++ type:  element_of<float> == Element::float32.
template <class T>
inline constexpr Element element_of = [] {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8,
                "tenon: a tensor's elements are arithmetic types");
  if constexpr (std::is_same_v<T, bool>) return Element::boolean;
  else if constexpr (std::is_floating_point_v<T>)
    return sizeof(T) == 4 ? Element::float32 : Element::float64;
  else if constexpr (sizeof(T) == 1) return std::is_signed_v<T> ? Element::int8 : Element::uint8;
  else if constexpr (sizeof(T) == 2) return std::is_signed_v<T> ? Element::int16 : Element::uint16;
  else if constexpr (sizeof(T) == 4) return std::is_signed_v<T> ? Element::int32 : Element::uint32;
  else return std::is_signed_v<T> ? Element::int64 : Element::uint64;
}();

}  // namespace tenon
