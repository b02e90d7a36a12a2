// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Vectors in the compilers' own notation, for processors of any width:
///   Vector<float, 64> c = a * b + c;   one instruction where there is one
/// Everything here is inlined into a function of one instruction set (tiles.hpp), and takes vectors
/// by reference: by value they would be passed as another instruction set does.
#include <cstring>

#include <tenon/core/dims.hpp>

namespace tenon::detail {

template <class T, int bytes>
struct VectorType {
  typedef T type __attribute__((vector_size(bytes)));
};
template <class T, int bytes>
using Lanes = typename VectorType<T, bytes>::type;

/// From memory that need not be aligned.
template <class V>
[[gnu::always_inline]] inline void load(V& v, const void* from) {
  std::memcpy(&v, from, sizeof(V));
}
template <class V>
[[gnu::always_inline]] inline void store(const V& v, void* to) {
  std::memcpy(to, &v, sizeof(V));
}

}  // namespace tenon::detail
