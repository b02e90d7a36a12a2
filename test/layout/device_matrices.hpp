// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Small worlds to try every law in:  for (const Dims& matrix : device_matrices()) ...
#include <tenon/layout/distribution.hpp>

namespace tenon {

inline List<Dims> device_matrices() {
  return {{2, 2, 2}, {8}, {2, 4}, {4, 2}, {2, 3}, {3, 2}, {6}, {5}, {3}, {1}, {2, 1, 2}};
}

/// The number on axis i (from the left) of a rank, ranks being row-major over the device matrix.
inline Index coordinate(const Dims& matrix, int i, Index rank) {
  for (int j = matrix.size() - 1; j > i; --j) rank /= matrix[j];
  return rank % matrix[i];
}

/// One digit for each axis of a device matrix.
inline Digits digits_of(const Dims& matrix) {
  Digits digits;
  Index stride = product(matrix);
  for (Index size : matrix) digits.push_back({size, stride /= size});
  return digits;
}

/// Every choice of some of these digits, in every order.
inline List<Digits> arrangements(const Digits& digits) {
  List<Digits> all{{}};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const Digit& digit : digits)
      if (!contains(all[i], digit)) {
        Digits longer = all[i];
        longer.push_back(digit);
        all.push_back(longer);
      }
  return all;
}

/// Every way to give each axis of a device matrix to one dimension, to the sum where `partial`, or
/// to none (repeated); axes that meet on one dimension in the order of the matrix.
inline List<Distribution> distributions(const Dims& matrix, const Dims& shape, bool partial) {
  const Digits digits = digits_of(matrix);
  const Index choices = shape.size() + 1 + partial;
  Index ways = 1;
  for (int i = 0; i < matrix.size(); ++i) ways *= choices;
  List<Distribution> all;
  for (Index way = 0; way < ways; ++way) {
    Vector<Digits, max_dimensions + 1> of = decltype(of)::filled(shape.size() + 2, {});
    for (Index rest = way, i = 0; i < matrix.size(); ++i, rest /= choices)
      of[int(rest % choices)].push_back(digits[int(i)]);
    Distribution x = whole(shape);
    for (int d = 0; d < shape.size(); ++d) x = x.cut(d, of[d]);
    if (partial) x = x.cut(Cut::sum, of[shape.size()]);
    if (!contains(all, x)) all.push_back(x);
  }
  return all;
}

}  // namespace tenon
