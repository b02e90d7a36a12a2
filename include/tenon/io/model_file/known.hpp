// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Values that are known while a model is imported: shapes, axes, numbers.
///   known(a constant of int64 {-1, 784}).integer(0) == -1
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include <tenon/io/stored_bytes.hpp>

namespace tenon::detail {

/// Integers are exact up to 2^53; what is larger only stands for "to the end".
struct Known {
  Element element = Element::float32;
  Dims shape;
  std::vector<double> values;
  bool of_shape = false;  // it depends on the shapes of the inputs, as on the batch

  Index integer(std::size_t i) const {
    constexpr double limit = 9223372036854775808.0;  // 2^63
    if (!(values[i] > -limit)) return std::numeric_limits<Index>::min();
    return values[i] < limit ? static_cast<Index>(values[i]) : std::numeric_limits<Index>::max();
  }
  std::vector<Index> integers() const {
    std::vector<Index> list;
    for (std::size_t i = 0; i < values.size(); ++i) list.push_back(integer(i));
    return list;
  }
  bool is_integer() const { return is_integer(element); }
  static bool is_integer(Element element) {
    return element != Element::float32 && element != Element::float64 &&
           element != Element::float16 && element != Element::bfloat16;
  }
};

/// The number that 16 bits are.
inline float half_precision(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float size = exponent == 31 ? (fraction ? std::numeric_limits<float>::quiet_NaN()
                                                : std::numeric_limits<float>::infinity())
                     : exponent     ? std::ldexp(float(fraction + 1024), exponent - 25)
                                    : std::ldexp(float(fraction), -24);
  return bits & 0x8000 ? -size : size;
}
inline float brain_float(std::uint16_t bits) {
  const std::uint32_t wide = std::uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

/// visit(i, value) for every element of a stored tensor, in its type; halves become floats.
void for_each_value(const StoredTensor& tensor, auto&& visit) {
  const Index count = product(tensor.shape);
  const auto as = [&]<class T>(T, auto&& convert) {
    constexpr Index most = 4096;
    T part[most];
    for (Index first = 0; first < count; first += most) {
      const Index here = count - first < most ? count - first : most;
      copy_elements(tensor, first, here, reinterpret_cast<std::byte*>(part));
      for (Index i = 0; i < here; ++i) visit(std::size_t(first + i), convert(part[i]));
    }
  };
  const auto same = [](auto value) { return value; };
  switch (tensor.element) {
    case Element::float32: return as(float(), same);
    case Element::float64: return as(double(), same);
    case Element::float16: return as(std::uint16_t(), &half_precision);
    case Element::bfloat16: return as(std::uint16_t(), &brain_float);
    case Element::int8: return as(std::int8_t(), same);
    case Element::boolean:
    case Element::int4x2:
    case Element::uint8: return as(std::uint8_t(), same);
    case Element::int16: return as(std::int16_t(), same);
    case Element::uint16: return as(std::uint16_t(), same);
    case Element::int32: return as(std::int32_t(), same);
    case Element::uint32: return as(std::uint32_t(), same);
    case Element::int64: return as(std::int64_t(), same);
    case Element::uint64: return as(std::uint64_t(), same);
  }
}

/// All values of a constant.
inline Known known(const StoredTensor& tensor) {
  Known k{tensor.element, tensor.shape, std::vector<double>(std::size_t(product(tensor.shape))),
          false};
  for_each_value(tensor, [&](std::size_t i, auto value) { k.values[i] = double(value); });
  return k;
}

}  // namespace tenon::detail
