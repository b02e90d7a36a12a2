// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The call of one rank's arithmetic: blocks in, a block out.
///   kernel({{x, w, b}, y, attributes});
/// Every operator brings its law as such a function in plain loops; a backend may be faster.
#include <string_view>

#include <tenon/core/box.hpp>
#include <tenon/core/element.hpp>
#include <tenon/core/sum_tree.hpp>

namespace tenon {

/// An operator's numbers, packed and named by the operator itself: transposes, axes, shapes;
/// epsilons.
struct Attributes {
  Vector<Index, 3 * max_dimensions> integers;
  Vector<double, 4> reals;
  friend constexpr bool operator==(const Attributes&, const Attributes&) = default;
};

/// A rank's block of a tensor: row-major and contiguous; `box` is where it lies in the whole
/// tensor.
struct Block {
  void* data = nullptr;
  Box box;
  Element element = Element::float32;
  Dims shape{};  // of the whole tensor; none: the box is all of it

  template <class T>
  T* as() const {
    return static_cast<T*>(data);
  }
  Index size(int dimension) const { return box[dimension].size(); }
  Index whole_size(int dimension) const {
    return shape.empty() ? size(dimension) : shape[dimension];
  }
};

/// f(x), element by element:  relu, tanh, ...
struct Scalar {
  float (*of_float)(float) = nullptr;
  double (*of_double)(double) = nullptr;
  bool exists = false;  // said apart: under -fsanitize=undefined g++ has no constant of f != null

  constexpr Scalar() = default;
  constexpr Scalar(float (*single)(float), double (*twice)(double))
      : of_float(single), of_double(twice), exists(true) {}
  template <class T>
  constexpr T operator()(T x) const {
    if constexpr (sizeof(T) == sizeof(float)) return of_float(x);
    else return of_double(x);
  }
};

/// What is done to a finished sum: y + bias, row by row, then the activation.
struct Finish {
  const void* bias = nullptr;  // as many as a row has; none
  const Scalar* activation = nullptr;
  std::string_view activation_name;  // of MindSpore's name
  explicit operator bool() const { return bias || activation; }
};

struct KernelCall;
using Kernel = void (*)(const KernelCall&);

struct KernelCall {
  Vector<Block, 5> inputs;  // a fused bias is the last
  Block output;
  Attributes attributes;
  const SumBlocks* sum_blocks = nullptr;  // how k is added where the order matters; every sum that
                                          // is left is a block of the output's size
  bool bias = false;                      // add inputs.back() to every row; of a Conv2D, to each
                                          // channel its element
  const Scalar* activation = nullptr;     // then apply this function
  std::string_view activation_name;       // of MindSpore's name
  Kernel law = nullptr;                   // the operator's own, for a backend that rounds around it

  Finish finish() const {
    return {bias ? inputs.back().data : nullptr, activation, activation_name};
  }
};

/// One kernel for each floating type.
struct Law {
  Kernel of_float = nullptr, of_double = nullptr;
  bool exists = false;

  constexpr Law() = default;
  constexpr Law(Kernel single, Kernel twice) : of_float(single), of_double(twice), exists(true) {}
  constexpr Kernel operator()(Element element) const {
    return element == Element::float64 ? of_double : of_float;
  }
};

}  // namespace tenon
