// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An operator whose time is asked for:
///   OperatorTask{.op = "matmul", .shape = {8192, 8192, 8192}}       m, n, k
///   OperatorTask{.op = "gelu", .shape = {4096, 4096}, .element = Element::bfloat16}
#include <string>
#include <vector>

#include <tenon/backend/ascend/vector/elementwise_tiling.hpp>
#include <tenon/backend/ascend/matmul/matmul_tiling.hpp>

namespace tenon {

struct OperatorTask {
  std::string op;
  std::vector<Index> shape;
  Element element = Element::float16;
  Element result = Element::float16;  // of matmul
  bool transpose_b = false, b_nz = false;
  MatMulTiling matmul{};  // what is pinned
  ElementwiseTiling elementwise{};
  // copy_in: tiles of tile[0] rows by tile[1], `repeat` times, to ub or as nz to l1.
  std::vector<Index> tile{};
  bool into_l1 = false;
  Index repeat = 1;
};

/// A function of elements as the vector pipe computes it: Sigmoid is 1 / (1 + exp(-x)).
struct ElementwiseRecipe {
  std::string_view op;
  std::vector<ElementwiseStep> steps;
  bool in_float32 = false;  // also where the elements are float16
};

inline const std::vector<ElementwiseRecipe>& elementwise_recipes() {
  using F = AscendFunction;
  static const std::vector<ElementwiseRecipe> recipes{
      {"copy", {{F::copy}}},
      {"add", {{F::add}}},
      {"sub", {{F::sub}}},
      {"mul", {{F::mul}}},
      {"div", {{F::div}}},
      {"maximum", {{F::max}}},
      {"relu", {{F::relu}}},
      {"exp", {{F::exp}}},
      {"exp_affine", {{F::mul_scalar, 1}, {F::add_scalar, 0}, {F::exp}}},
      {"log", {{F::ln}}},
      {"sqrt", {{F::sqrt}}},
      {"reciprocal", {{F::reciprocal}}},
      {"tanh", {{F::tanh}}, true},
      {"sigmoid", {{F::mul_scalar, -1}, {F::exp}, {F::add_scalar, 1}, {F::reciprocal}}},
      {"silu", {{F::mul_scalar, -1}, {F::exp}, {F::add_scalar, 1}, {F::reciprocal}, {F::mul}}},
      {"gelu",
       {{F::mul_scalar, 0.70710678f}, {F::erf}, {F::add_scalar, 1}, {F::mul_scalar, 0.5f}},
       true},
      {"gelu_tanh",
       {{F::mul_scalar, 0.79788456f}, {F::tanh}, {F::add_scalar, 1}, {F::mul_scalar, 0.5f}},
       true},
      // Without the reductions' trees: a row's largest and sum are as two more passes.
      {"softmax",
       {{F::add_scalar, 0}, {F::add_scalar, 0}, {F::exp}, {F::add_scalar, 0}, {F::mul_scalar, 1}},
       true},
  };
  return recipes;
}

/// The names that `op` may have.
inline std::string operator_names() {
  std::string names = "matmul";
  for (const ElementwiseRecipe& recipe : elementwise_recipes())
    names.append(", ").append(recipe.op);
  return names;
}

}  // namespace tenon
