// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Numbers that are known before running: ranges, and triangles of ones for masks.
///   Range(0, 4, 1), Trilu(ones, 1)
#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// An operand's numbers. @throws Error where they are only known while running.
inline const Known& known_operand(const SourceNode& at, int i) {
  if (!at.is_folding())
    at.fail("it is of values that are only known while running, which is not supported");
  (void)at.input(i);
  return *at.known(i);
}

/// start, start + delta, ... before the limit.
inline void known_range(const SourceNode& at) {
  double numbers[3];
  for (int i = 0; i < 3; ++i) {
    const Known& k = known_operand(at, i);
    if (k.values.size() != 1) at.fail("its start, limit and delta are not one number each");
    numbers[i] = k.values[0];
  }
  const double count = std::ceil((numbers[1] - numbers[0]) / numbers[2]);
  if (!(count <= double(most_known))) at.fail("it is of too many numbers; legal: 65536");
  Known made{known_operand(at, 0).element, {count > 0 ? Index(count) : 0}, {}, false};
  for (Index i = 0; i < made.shape[0]; ++i)
    made.values.push_back(numbers[0] + double(i) * numbers[2]);
  at.result(std::move(made));
}

/// Of matrices the part on and above the k-th diagonal, or (upper=0) on and below it; else zeros.
inline void known_triangle(const SourceNode& at) {
  Known made = known_operand(at, 0);
  const int rank = made.shape.size();
  if (rank < 2) at.fail(sentence("of ", text(made.shape), "; legal: 2 dimensions"));
  const bool upper = at.integer("upper", -1, 1) != 0;
  const double k = double(at.integer("k", 1, 0));
  const std::size_t rows = std::size_t(made.shape[rank - 2]),
                    columns = std::size_t(made.shape[rank - 1]);
  for (std::size_t i = 0; i < made.values.size(); ++i) {
    const double right = double(i % columns) - double(i / columns % rows);
    if (upper ? right < k : right > k) made.values[i] = 0;
  }
  at.result(std::move(made));
}

inline constexpr SourceOperator known_list_operators[] = {
    {"Range", "Range", &known_range},
    {"Trilu", "", &known_triangle},
};

}  // namespace tenon::detail
