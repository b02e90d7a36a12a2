// SPDX-License-Identifier: Apache-2.0
#pragma once
/// C[m,n] = relu(A[m,k] B[k,n] + bias[n]) on one Ascend: shapes, types, and where they lie in gm.
///   AscendMatMul{.m = 128, .n = 256, .k = 64, .b_format = AscendFormat::nz}.placed()
#include <tenon/backend/ascend/chip/chip.hpp>
#include <tenon/backend/ascend/format/formats.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

struct AscendMatMul {
  Index m = 0, n = 0, k = 0;
  Element element = Element::float16, result = Element::float16;  // sums are float32, or int32
  Element bias_element = Element::float32;                        // float32 or float16; int32
  bool transpose_a = false, transpose_b = false;                  // A lies as [k, m], B as [n, k]
  bool has_bias = false, relu = false;
  AscendFormat a_format = AscendFormat::nd, b_format = AscendFormat::nd;
  AscendFormat c_format = AscendFormat::nd;
  /// Of windows of pictures, for their time alone: so many numbers of A come of each that is copied
  /// in, as loads unroll them (LoadData3D).
  Index window = 1;
  Index a = 0, b = 0, bias = 0, c = 0;  // bytes in gm, multiples of 32; of 512 is faster

  Element sum() const { return element == Element::int8 ? Element::int32 : Element::float32; }
  Index width() const { return fractal_width(bytes(element)); }
  /// How A, B and C lie in gm; nz of C is 16 numbers wide, whatever its type.
  MatrixFormat a_matrix() const {
    return {a_format, transpose_a ? k : m, transpose_a ? m : k, width()};
  }
  MatrixFormat b_matrix() const {
    return {b_format, transpose_b ? n : k, transpose_b ? k : n, width()};
  }
  MatrixFormat c_matrix() const { return {c_format, m, n, 16}; }

  Index a_bytes() const { return a_matrix().size() * bytes(element); }
  Index b_bytes() const { return b_matrix().size() * bytes(element); }
  Index c_bytes() const { return c_matrix().size() * bytes(result); }
  Index bias_bytes() const { return has_bias ? n * bytes(bias_element) : 0; }
  Index gm_bytes() const {
    return std::max({a + a_bytes(), b + b_bytes(), c + c_bytes(), bias + bias_bytes()});
  }

  /// The same, with A, B, bias and C one after another from `first` on, each on 512 bytes.
  AscendMatMul placed(Index first = 0) const {
    AscendMatMul task = *this;
    const auto next = [&](Index size) {
      const Index at = first;
      first += (size + 511) / 512 * 512;
      return at;
    };
    task.a = next(a_bytes());
    task.b = next(b_bytes());
    task.bias = next(bias_bytes());
    task.c = next(c_bytes());
    return task;
  }
};

/// @throws Error: sizes below 1, types that this chip's cube does not multiply, formats that it
/// cannot read or write.
inline void check(const AscendMatMul& t, const AscendChip& chip) {
  const std::string what =
      sentence("MatMul of ", t.m, "x", t.k, " by ", t.k, "x", t.n, " on ", chip.name, ": ");
  constexpr Index most = Index(1) << 28;  // so that no sum of bytes overflows
  for (const Index size : {t.m, t.n, t.k})
    if (size < 1 || size > most)
      throw Error(sentence(what, "sizes are from 1 to ", most, ", not ", size));
  const bool whole = t.element == Element::int8;
  const bool wide = t.element == Element::float32;
  if (!whole && !wide && t.element != Element::float16 && t.element != Element::bfloat16)
    throw Error(sentence(what, "the cube does not multiply ", text(t.element)));
  if ((wide || t.element == Element::bfloat16) && chip.cube_float32 == 0)
    throw Error(sentence(what, "this cube multiplies float16 and int8, not ", text(t.element)));
  const bool narrow =
      t.result == Element::float16 || (t.result == Element::bfloat16 && chip.cube_float32 != 0);
  if (whole ? t.result != Element::int32 : t.result != Element::float32 && !narrow)
    throw Error(sentence(what, "sums of ", text(t.element), " do not leave as ", text(t.result)));
  if (t.has_bias && t.bias_element != t.sum() && (whole || t.bias_element != Element::float16))
    throw Error(sentence(what, "a bias of ", text(t.bias_element), " instead of ", text(t.sum())));
  if (whole && (t.relu && chip.fix_pipe == 0))
    throw Error(sentence(what, "ReLU of int32 sums is not offered"));
  for (const auto format : {t.a_format, t.b_format, t.c_format})
    if (format != AscendFormat::nd && format != AscendFormat::nz)
      throw Error(sentence(what, "matrices lie in gm as nd or nz"));
  if (chip.nd_to_nz == 0 && (t.a_format == AscendFormat::nd || t.b_format == AscendFormat::nd))
    throw Error(sentence(what, "this chip copies nz alone into l1: convert A and B first"));
  if (chip.fix_pipe == 0 && t.c_format == AscendFormat::nd && t.n * bytes(t.result) % 32 != 0)
    throw Error(sentence(what, "rows of ", t.n * bytes(t.result),
                         " bytes; this chip writes 32 bytes at a time: take C as nz"));
  for (const Index place : {t.a, t.b, t.c, t.bias})
    if (place < 0 || place % 32 != 0)
      throw Error(sentence(what, "operands begin on multiples of 32 bytes, not at ", place));
}

}  // namespace tenon
