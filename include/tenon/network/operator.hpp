// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the passes must know of an operator. Each operator is one header that says it:
/// the result's shape, the equation that its strategies follow, and its law in plain loops.
///   inline constexpr Operator info{.name = "ReLU", .infer = ..., .equation = ..., .law = ...}
#include <string_view>

#include <tenon/core/kernel.hpp>
#include <tenon/layout/arrangement.hpp>

namespace tenon {

struct Operands {
  Vector<Dims, 4> shapes;
  Vector<Element, 4> elements;
  Attributes attributes;
  Splits splits;  // as stated, or none
  Index devices = 1;
};

struct Result {
  Finding finding;
  Dims shape;
  Element element = Element::float32;
};

struct Operator {
  std::string_view name;        // MindSpore's
  std::string_view function{};  // in C++, and its header; none: it has other arguments, too
  int operands = 1;
  int least = 0;  // operands, where they may be fewer than `operands`
  Result (*infer)(const Operands&) = nullptr;
  Equation (*equation)(const Operands&) = nullptr;
  Law law{};          // none: the result is the same memory
  Scalar scalar{};    // of an operator that is one function of each element
  bool adds = false;  // operand 1 may be a bias that its producer adds
  /// The dimension of the first operand that it sums, if its law knows KernelCall::sum_blocks.
  int (*summed_dimension)(const Dims& shape, const Attributes&) = nullptr;
  bool sums_in_blocks = false;  // said apart, as of Scalar
  bool takes_epilogue = false;  // the law adds a bias and applies a scalar function
  int bias_dimension = -1;      // of the result: along which it adds the bias; -1 is the last
  bool batch_parallel = false;  // without a strategy: rows over all devices (MindSpore's default)
  std::string_view integers{},
      reals{};  // names of the attributes: "transpose_a transpose_b", "axis..."

  constexpr bool takes(int count) const {
    return count <= operands && count >= (least ? least : operands);
  }
};

}  // namespace tenon
