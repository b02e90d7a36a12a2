// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A tensor that a pool takes and gives, in memory of someone else:
///   pool_tensor<float>("x", {256, 784}, pixels).as<float>()[0] == pixels[0]
#include <span>

#include <tenon/core/sentence.hpp>
#include <tenon/io/stored_tensor.hpp>

namespace tenon {

struct PoolTensor {
  std::string_view name;
  Element element = Element::float32;
  Dims shape;  // no dimensions: a scalar
  std::span<const std::byte> data;

  /// The values of the type that they are stored as, row-major.
  /// @throws Error when that is another one.
  template <class T>
  std::span<const T> as() const {
    if (element_of<T> != element)
      throw Error(sentence("the tensor ", name, " is of ", text(element), ", not of ",
                           text(element_of<T>)));
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }
};

template <class T>
PoolTensor pool_tensor(std::string_view name, const Dims& shape, std::span<const T> values) {
  return {name, element_of<T>, shape, std::as_bytes(values)};
}

/// The bytes that a tensor of such a shape has.  @throws Error where it cannot be.
inline Index checked_bytes(const PoolTensor& tensor) {
  const auto size = size_in_bytes(tensor.shape, tensor.element);
  if (size) return *size;
  throw Error(sentence("the tensor ", tensor.name, " cannot be of the shape ", text(tensor.shape)));
}

}  // namespace tenon
