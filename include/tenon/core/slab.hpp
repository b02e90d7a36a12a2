// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A large box in parts that are contiguous in it, for whoever has little memory:
///   for_each_slab({{0, 784}, {0, 512}}, 1000, visit)  visits {{0,1},{0,512}}, {{1,2},{0,512}}, ...
#include <algorithm>

#include <tenon/core/box.hpp>

namespace tenon {

/// visit(part) for consecutive parts of a box, in row-major order, of at most `most` elements each
/// (of one element at least): their elements one after another are those of the box. None of an
/// empty one. @throws Error when the box has more than 2^63 - 1 elements.
void for_each_slab(const Box& box, Index most, auto&& visit, int d = 0) {
  if (volume(box) == 0) return;  // else no product of its sizes passes 2^63
  Index row = 1;                 // elements behind one index of dimension d
  for (int i = d + 1; i < box.size(); ++i) row *= box[i].size();
  if (d == box.size() || box[d].size() * row <= most) return visit(box);
  const Index rows = std::max<Index>(1, most / row);
  for (Index first = box[d].first; first < box[d].last; first += rows) {
    Box part = box;
    part[d] = {first, std::min(first + rows, box[d].last)};
    if (row <= most) visit(part);
    else for_each_slab(part, most, visit, d + 1);
  }
}

}  // namespace tenon
