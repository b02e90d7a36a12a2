// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A tensor of a type that only running tells:  array.as<float>() are its values, row-major.
#include <span>
#include <string>
#include <vector>

#include <tenon/core/element.hpp>

namespace tenon {

struct Array {
  Element element = Element::float32;
  Dims shape;  // no dimensions: a scalar
  std::vector<char> data;

  /// The values of the type that they are stored as.
  /// @throws Error when that is another one.
  template <class T>
  std::span<const T> as() const {
    if (element_of<T> != element)
      throw Error(std::string("an array of ").append(text(element)).append(" is not one of ")
                      .append(text(element_of<T>)));
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }
};

}  // namespace tenon
