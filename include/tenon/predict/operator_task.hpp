// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An operator whose time is asked for:
///   OperatorTask{.op = "matmul", .shape = {8192, 8192, 8192}}       m, n, k
///   OperatorTask{.op = "gelu", .shape = {4096, 4096}, .element = Element::bfloat16}
///   OperatorTask{.op = "conv2d", .shape = {8, 64, 56, 56}, .filters = {128, 64, 3, 3}}
#include <string>
#include <vector>

#include <tenon/backend/ascend/matmul/matmul_tiling.hpp>
#include <tenon/backend/ascend/vector/vector_operator.hpp>
#include <tenon/backend/ascend/vector/vector_tiling.hpp>

namespace tenon {

struct OperatorTask {
  std::string op;
  std::vector<Index> shape;  // of the first input; of matmul m, n and k
  Element element = Element::float16;
  Element result = Element::float16;  // of matmul and conv2d
  Index batch = 1;                    // of matmul: so many products
  bool transpose_b = false, b_nz = false;
  bool warm = false;      // of one product: it is run again and again, l2 has what it can keep
  MatMulTiling matmul{};  // what is pinned
  VectorTiling vector{};
  std::vector<Index> axes{};     // of functions of lines: along which [the last]; of transpose: all
  std::vector<Index> other{};    // of functions of two: the second's shape [the first's]
  std::vector<Index> filters{};  // of conv2d: [O, C, kh, kw]; of pools: [kh, kw]
  std::vector<Index> stride{}, padding{};  // of them: [down, across]; [top, bottom, left, right]
  // copy_in: tiles of tile[0] rows by tile[1], `repeat` times, to ub or as nz to l1.
  std::vector<Index> tile{};
  bool into_l1 = false;
  Index repeat = 1;
};

namespace detail {

/// Those that move numbers: as the network names them, and here.
inline constexpr std::string_view moving_operators[][2] = {{"concat", "Concat"},
                                                           {"strided_slice", "StridedSlice"},
                                                           {"gather", "Gather"},
                                                           {"one_hot", "OneHot"}};
/// Those whose result is the same memory.
inline constexpr std::string_view views[][2] = {
    {"reshape", "Reshape"}, {"flatten", "Flatten"}, {"identity", "Identity"}};
inline constexpr std::string_view pools[][2] = {{"max_pool", "MaxPool"}, {"avg_pool", "AvgPool"}};

constexpr bool is_named(const auto& names, std::string_view op) {
  for (const auto& [own, of] : names)
    if (own == op || of == op) return true;
  return false;
}

}  // namespace detail

/// The names that `op` may have.
inline std::string operator_names() {
  std::string names = "matmul, conv2d, transpose";
  const auto add = [&](std::string_view name) { names.append(", ").append(name); };
  for (const ElementFunction& f : detail::element_functions) add(f.name);
  for (const LineFunction& f : detail::line_functions) add(f.name);
  for (const auto& [own, of] : detail::pools) add(own);
  for (const auto& [own, of] : detail::moving_operators) add(own);
  for (const auto& [own, of] : detail::views) add(own);
  return names;
}

}  // namespace tenon
