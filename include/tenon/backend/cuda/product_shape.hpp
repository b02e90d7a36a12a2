// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The products of a MatMul, as cuBLASLt is told of them: C[m,n] = A[m,k] B[k,n], `count` times
/// with strides between the matrices; and which of what follows the product it does itself.
#include <algorithm>
#include <optional>

#include <tenon/backend/cuda/cuda_options.hpp>
#include <tenon/backend/matrix_batch.hpp>
#include <tenon/core/hash.hpp>

namespace tenon::detail {

/// What cuBLASLt adds and applies to each row itself.
enum class CudaEpilogue { none, bias, gelu, bias_gelu, relu, bias_relu };

struct ProductShape {
  Index rows, inner, columns, count = 1;
  Index stride_a = 0, stride_b = 0, stride_c = 0;  // elements between the matrices of a batch
  Index whole_rows = 0;  // of A, of which these may be some
  bool transpose_a, transpose_b;
  Element operands, result;
  bool tensor_float32 = false;
  CudaEpilogue epilogue = CudaEpilogue::none;
  unsigned align_a = 256, align_b = 256, align_c = 256, align_bias = 256;  // bytes

  /// Equal of equal problems.
  std::uint64_t number() const {
    Hash hash;
    for (Index i : {rows, inner, columns, count, stride_a, stride_b, stride_c, whole_rows})
      hash.add(i);
    hash.add(transpose_a).add(transpose_b).add(operands).add(result).add(tensor_float32);
    hash.add(epilogue).add(align_a).add(align_b).add(align_c).add(align_bias);
    return hash.value | 1;
  }
};

/// 256 at most, which is what an allocation has.
inline unsigned alignment_of(const void* data) {
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  return address == 0 ? 256 : unsigned(std::min<std::uintptr_t>(256, address & -address));
}

/// Elements between the matrices that make one of C after the other; none where they are not evenly
/// far apart.
inline std::optional<Index> even_stride(const Block& x, const Batch& n, Index matrix_of_x,
                                        const Block& c) {
  const Index stride = n.count > 1 ? Batch::matrix_of(x, c, 1) - Batch::matrix_of(x, c, 0) : 0;
  for (Index i = 1; i < n.count; ++i)
    if (Batch::matrix_of(x, c, i) != i * stride) return {};
  return stride * matrix_of_x;
}

/// Fused as far as cuBLASLt knows the activation, with algorithms that keep NaN (nan_keeping.hpp);
/// GeLU is in the tanh form, by the device's fast tanh, which is wrong by 2^-11 of itself: it is
/// fused where a product rounds its operands no less.
/// @param result in double it fuses nothing. @param rounds to 16 bits, or to TF32
constexpr CudaEpilogue epilogue_of(bool bias, std::string_view activation, Element result,
                                   bool rounds) {
  if (result == Element::float64) return CudaEpilogue::none;
  if (activation == "GeLU" && rounds) return bias ? CudaEpilogue::bias_gelu : CudaEpilogue::gelu;
  if (activation == "ReLU") return bias ? CudaEpilogue::bias_relu : CudaEpilogue::relu;
  return bias ? CudaEpilogue::bias : CudaEpilogue::none;
}
/// What its vectors of a bias are read in; one that begins between is added by a pass of its own.
inline constexpr unsigned bias_alignment = 16;

constexpr bool has_relu(CudaEpilogue e) {
  return e == CudaEpilogue::relu || e == CudaEpilogue::bias_relu;
}
constexpr bool has_activation(CudaEpilogue e) {
  return has_relu(e) || e == CudaEpilogue::gelu || e == CudaEpilogue::bias_gelu;
}
constexpr bool has_bias(CudaEpilogue e) {
  return e == CudaEpilogue::bias || e == CudaEpilogue::bias_gelu || e == CudaEpilogue::bias_relu;
}

}  // namespace tenon::detail
