// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[b, c, r, :] = x[b, r, c, :], as any order of dimensions is, or nearly.
///   transpose_task({8, 100, 30}, {0, 2, 1}, Element::float16).rows == 100
#include <tenon/backend/ascend/format/formats.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

struct AscendTranspose {
  Index batch = 1, rows = 1, columns = 1;
  Index inner = 1;  // numbers beside each other that stay so
  Element element = Element::float16;
  Index a = 0, y = 0;  // bytes in gm

  Index numbers() const { return batch * rows * columns * inner; }
  Index gm_bytes() const { return std::max(a, y) + numbers() * bytes(element); }
  AscendTranspose placed() const {
    AscendTranspose t = *this;
    t.y = (numbers() * bytes(element) + 511) / 512 * 512;
    return t;
  }
};

/// Of a permutation of dimensions (result d is operand order[d]; none: all of them turned round):
/// what stays behind is inner, what stays before is batch. One that is no exchange of two groups of
/// dimensions is taken as one of its last dimension with all before it, which moves as much.
/// @throws Error where it is no permutation
inline AscendTranspose transpose_task(const Dims& shape, Dims order, Element element) {
  const int rank = shape.size();
  for (int d = rank - 1; order.size() < rank && d >= 0; --d) order.push_back(d);
  Dims seen = Dims::filled(rank, 0);
  for (Index& d : order) {
    if (d < 0) d += rank;
    if (order.size() != rank || d < 0 || d >= rank || seen[int(d)]++)
      throw Error(sentence(text(order), " is no order of ", rank, " dimensions"));
  }
  AscendTranspose t{.element = element};
  int first = 0, last = rank;
  while (first < last && order[first] == first) t.batch *= shape[first++];
  while (last > first && order[last - 1] == last - 1) t.inner *= shape[--last];
  if (first == last) return t.columns = 1, t;
  int cut = first;  // of the operand: what is before it goes behind what is behind
  while (cut < last && cut != order[first]) ++cut;
  for (int d = first; d < last; ++d) {
    const Index from = d - first < last - cut ? cut + d - first : d - (last - cut);
    if (order[d] != from) cut = last - 1;
  }
  for (int d = first; d < last; ++d) (d < cut ? t.rows : t.columns) *= shape[d];
  return t;
}

}  // namespace tenon
