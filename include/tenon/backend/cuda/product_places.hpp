// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A product as cuBLASLt is called for it: its parts, the first one's shape, and where each part's
/// operands and result are.
///   ProductPlaces places(call, machine);  places.round(call);
///   places.at(call, places.parts.parts[0]).a
#include <tenon/backend/cuda/product_parts.hpp>
#include <tenon/backend/cuda/product_shape.hpp>
#include <tenon/backend/cuda/rounded_operands.hpp>

namespace tenon::detail {

class ProductPlaces {
 public:
  struct Place {
    const std::byte *a, *b;
    std::byte* c;
  };

  /// Matrices that are not evenly far apart are a call each.
  ProductPlaces(const KernelCall& call, CudaMachine& machine, ProductLimits most = {})
      : batch_(call), operands_(call, machine) {
    if (volume(call.output.box) == 0) return;
    const Batch& n = batch_;
    const auto stride_a = even_stride(call.inputs[0], n, n.rows * n.inner, call.output),
               stride_b = even_stride(call.inputs[1], n, n.inner * n.columns, call.output);
    const bool even = stride_a && stride_b;
    if (!even) most.matrices = 1;
    parts = ProductParts(n.rows, n.count, most);
    const Element element = operands_.element();
    shape = {.rows = parts.shapes[0].rows,
             .inner = n.inner,
             .columns = n.columns,
             .count = parts.shapes[0].matrices,
             .stride_a = even ? *stride_a : 0,
             .stride_b = even ? *stride_b : 0,
             .stride_c = n.rows * n.columns,
             .whole_rows = n.rows,
             .transpose_a = n.transpose_a,
             .transpose_b = n.transpose_b,
             .operands = element,
             .result = call.output.element,
             .tensor_float32 = machine.options.tensor_float32 && element == Element::float32};
    for (const ProductParts::Part& part : parts.parts) {
      const Place place = at(call, part);
      shape.align_a = std::min(shape.align_a, alignment_of(place.a));
      shape.align_b = std::min(shape.align_b, alignment_of(place.b));
      shape.align_c = std::min(shape.align_c, alignment_of(place.c));
    }
  }

  /// Operands that are multiplied in other elements than they are in. To be done before each run.
  void round(const KernelCall& call) const { operands_.round(call); }

  Place at(const KernelCall& call, const ProductParts::Part& part) const {
    const Batch& n = batch_;
    const Block &a = call.inputs[0], &b = call.inputs[1], &c = call.output;
    const Index size = bytes(operands_.element());
    const Index in_a = Batch::matrix_of(a, c, part.matrix) * n.rows * n.inner +
                       part.row * (n.transpose_a ? 1 : n.inner),
                in_b = Batch::matrix_of(b, c, part.matrix) * n.inner * n.columns,
                in_c = (part.matrix * n.rows + part.row) * n.columns;
    return {operands_.a(call) + in_a * size, operands_.b(call) + in_b * size,
            c.as<std::byte>() + in_c * bytes(c.element)};
  }

  ProductParts parts;
  ProductShape shape{};

 private:
  Batch batch_;
  RoundedOperands operands_;
};

}  // namespace tenon::detail
