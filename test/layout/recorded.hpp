// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The record of an operator:  recorded(MatMul{}, {{8, 512}, {512, 10}}, {{2, 2}, {2, 1}}, 8)
#include <doctest/doctest.h>

#include <tenon/layout/operator_record.hpp>
#include <tenon/network/operators.hpp>

namespace tenon::test {

struct Recorded {
  Equation equation;
  Operands operands;
  Dims result;
  OperatorRecord record;

  const AxisMap& in(int i) const { return record.inputs[i].tensor_map; }
  const AxisMap& out(int i = 0) const { return record.outputs[i].tensor_map; }
};

inline Recorded recorded(const auto& operation, const Vector<Dims, 4>& shapes, const Splits& splits,
                         Index devices) {
  Recorded r;
  r.operands = {shapes, {}, operation.attributes(), splits, devices};
  for (int i = 0; i < shapes.size(); ++i) {
    const bool indices = operation.info.name == "OneHot" || (operation.info.name == "Gather" && i);
    r.operands.elements.push_back(indices ? Element::int32 : Element::float32);
  }
  const Result result = operation.info.infer(r.operands);
  REQUIRE(!result.finding);
  r.result = result.shape;
  r.equation = operation.info.equation(r.operands);
  r.record = operator_record(r.equation, splits, shapes,
                             output_shapes(r.equation, shapes, r.result), devices);
  return r;
}

/// A map of one axis a dimension.
inline AxisMap map(std::initializer_list<Index> values) {
  AxisMap entries;
  for (Index value : values) entries.push_back({value});
  return entries;
}

}  // namespace tenon::test
