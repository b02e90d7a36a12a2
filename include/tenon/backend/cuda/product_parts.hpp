// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Products that are too large for one call of cuBLASLt, as several: rows of each matrix, and
/// matrices of the batch.
///   ProductParts(5, 3, {.rows = 2, .matrices = 8}).parts  are rows 0-2, 2-4 and 4-5 of all three
#include <algorithm>
#include <cstddef>
#include <vector>

#include <tenon/core/dims.hpp>

namespace tenon::detail {

/// Of one call: its batch is one dimension of a grid. Rows are an int's, which cuBLASLt rounds up
/// to whole tiles: it finds algorithms for 2^31 - 1 of them, all of which fail when they are run.
struct ProductLimits {
  Index rows = Index(1) << 30, matrices = 65535;
};

struct ProductParts {
  struct Part {
    Index row, rows, matrix, matrices;
    std::size_t shape;  // which of `shapes`
  };
  /// The rows and matrices of parts that differ in where they begin: four at most.
  struct Shape {
    Index rows, matrices;
    bool operator==(const Shape&) const = default;
  };
  std::vector<Part> parts;
  std::vector<Shape> shapes;

  ProductParts() = default;
  ProductParts(Index rows, Index matrices, const ProductLimits& most) {
    for (Index matrix = 0; matrix < matrices; matrix += most.matrices)
      for (Index row = 0; row < rows; row += most.rows) {
        const Shape shape{std::min(most.rows, rows - row),
                          std::min(most.matrices, matrices - matrix)};
        const auto known = std::ranges::find(shapes, shape);
        parts.push_back({row, shape.rows, matrix, shape.matrices,
                         std::size_t(known - shapes.begin())});
        if (known == shapes.end()) shapes.push_back(shape);
      }
  }
};

}  // namespace tenon::detail
