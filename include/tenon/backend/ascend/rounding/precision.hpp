// SPDX-License-Identifier: Apache-2.0
#pragma once
/// In what an operator computes on an Ascend, and in what its result leaves: where casts go.
///   precision_of("MatMul", PrecisionMode::force_fp16, Ascend910())   float16, result float16
///   text(...) == "cast inputs to float16, MatMul, result float16"
/// Source: the precision modes of MindSpore's and CANN's documentation. Which operators keep
/// float32 under allow_mix_precision is decided by lists of the vendor's; here it is those that add
/// many numbers, or raise to a power.
#include <string>
#include <string_view>

#include <tenon/backend/ascend/chip/chip.hpp>
#include <tenon/core/element.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

enum class PrecisionMode : std::uint8_t {
  force_fp16,              // float16 in every operator that can
  allow_fp32_to_fp16,      // in the matrix operators; vector operators keep float32
  must_keep_origin_dtype,  // nothing is cast
  allow_mix_precision,     // float16 but where it costs accuracy
};

constexpr std::string_view text(PrecisionMode mode) {
  constexpr std::string_view names[] = {"force_fp16", "allow_fp32_to_fp16",
                                        "must_keep_origin_dtype", "allow_mix_precision"};
  return names[int(mode)];
}

/// Of an operator whose tensors are float32 in the network.
struct Precision {
  Element inputs = Element::float32, result = Element::float32;
  friend constexpr bool operator==(const Precision&, const Precision&) = default;
};

namespace detail {

constexpr bool is_one_of(std::string_view op, auto... names) { return ((op == names) || ...); }

/// The cube's.
constexpr bool is_matrix_operator(std::string_view op) {
  return is_one_of(op, "MatMul", "BatchMatMul", "Conv2D");
}
/// They move numbers, and change none.
constexpr bool is_moving_operator(std::string_view op) {
  return is_one_of(op, "Reshape", "Flatten", "Transpose", "Concat", "StridedSlice", "Gather",
                   "Identity", "OneHot");
}
constexpr bool keeps_float32(std::string_view op) {
  return is_one_of(op, "Softmax", "LogSoftmax", "LayerNorm", "L2Normalize", "ReduceSum",
                   "ReduceMean", "Pow");
}

}  // namespace detail

/// @throws Error: float32 products under must_keep_origin_dtype on a chip whose cube has none
inline Precision precision_of(std::string_view op, PrecisionMode mode, const AscendChip& chip) {
  constexpr Precision wide, narrow{Element::float16, Element::float16};
  if (detail::is_moving_operator(op)) return wide;
  const bool matrix = detail::is_matrix_operator(op);
  switch (mode) {
    case PrecisionMode::force_fp16: return narrow;
    case PrecisionMode::allow_fp32_to_fp16: return matrix ? narrow : wide;
    case PrecisionMode::allow_mix_precision: return detail::keeps_float32(op) ? wide : narrow;
    case PrecisionMode::must_keep_origin_dtype: break;
  }
  if (matrix && chip.cube_float32 == 0)
    throw Error(sentence(op, " of float32 on ", chip.name,
                         ": its cube multiplies float16 and int8; choose force_fp16, "
                         "allow_fp32_to_fp16 or allow_mix_precision"));
  return wide;
}

/// A line of the list of casts.
inline std::string text(std::string_view op, const Precision& p) {
  const std::string_view before = p.inputs == Element::float32 ? "" : "cast inputs to ";
  return sentence(before, before.empty() ? "" : text(p.inputs), before.empty() ? "" : ", ", op,
                  ", result ", text(p.result));
}

}  // namespace tenon
