// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Values that are known while a model is imported: shapes, axes, numbers.
///   known(a constant of int64 {-1, 784}).integer(0) == -1
#include <cmath>
#include <limits>

#include <tenon/core/visit_element.hpp>
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

/// visit(i, value) for every element of a stored tensor, in its type.
void for_each_value(const StoredTensor& tensor, auto&& visit) {
  const Index count = product(tensor.shape);
  visit_element(tensor.element, [&]<class T>(T) {
    constexpr Index most = 4096;
    T part[most];
    for (Index first = 0; first < count; first += most) {
      const Index here = count - first < most ? count - first : most;
      copy_elements(tensor, first, here, reinterpret_cast<std::byte*>(part));
      for (Index i = 0; i < here; ++i) visit(std::size_t(first + i), part[i]);
    }
  });
}

/// The number as one of a type: rounded to floats and halves, integers towards zero.
inline double rounded(double value, Element element) {
  switch (element) {
    case Element::float64: return value;
    case Element::float32: return double(float(value));
    case Element::float16: return double(float(Float16(float(value))));
    case Element::bfloat16: return double(float(BFloat16(float(value))));
    case Element::boolean: return value != 0 ? 1.0 : 0.0;
    default: return std::trunc(value);
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
