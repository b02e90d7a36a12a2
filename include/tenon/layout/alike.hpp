// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Whether every rank takes and gives as much as rank 0 does: then one is enough to look at, of
/// thousands.  alike_on_all_ranks(rows over 4096, columns over 4096) is true
#include <tenon/layout/movement.hpp>

namespace tenon {

/// Blocks are equal, and in each dimension those of one distribution are whole numbers of the
/// other's: then whom a rank meets, and in how much, follows from digits that are equal or not.
/// Law: received, and both numbers of sent, are the same for all ranks. Devices are a multiple of
/// what the digits look at.
constexpr bool alike_on_all_ranks(const Distribution& from, const Distribution& to) {
  if (!from.divides_evenly() || !to.divides_evenly()) return false;
  for (int d = 0; d < from.shape.size(); ++d) {
    const Digits fine = from.digits(d), coarse = to.digits(d);
    if (!refines(fine, coarse) && !refines(coarse, fine)) return false;
  }
  return true;
}

}  // namespace tenon
