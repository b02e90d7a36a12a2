// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operands that are indices: 32 or 64-bit integers.
#include <tenon/network/axes.hpp>

namespace tenon {

constexpr bool is_index(Element e) { return e == Element::int32 || e == Element::int64; }

inline Index index_at(const Block& indices, Index i) {
  return indices.element == Element::int64 ? indices.as<const std::int64_t>()[i]
                                           : indices.as<const std::int32_t>()[i];
}

}  // namespace tenon
