// SPDX-License-Identifier: Apache-2.0
/// The record and the placement of an operator say the same, strategy by strategy.
#include <doctest/doctest.h>

#include <tenon/layout/operator_record.hpp>
#include <tenon/layout/strict.hpp>
#include <tenon/network/operators.hpp>

using namespace tenon;

namespace {

/// visit(split) for all splits of a shape by powers of two up to 8 that divide it.
void for_each_split(const Dims& shape, auto&& visit, Dims split = {}) {
  if (split.size() == shape.size()) return visit(split);
  for (Index parts = 1; parts <= 8; parts *= 2)
    if (shape[split.size()] % parts == 0) {
      Dims longer = split;
      longer.push_back(parts);
      for_each_split(shape, visit, longer);
    }
}

void for_each_strategy(const Vector<Dims, 4>& shapes, auto&& visit, Splits splits = {}) {
  if (splits.inputs.size() == shapes.size()) return visit(splits);
  for_each_split(shapes[splits.inputs.size()], [&](const Dims& split) {
    Splits longer = splits;
    longer.inputs.push_back(split);
    for_each_strategy(shapes, visit, longer);
  });
}

/// How many strategies MindSpore takes; of each the two readings are compared.
int compare(const auto& operation, const Vector<Dims, 4>& shapes, Index devices) {
  Operands o{shapes, {}, operation.attributes(), {}, devices};
  for (int i = 0; i < shapes.size(); ++i)
    o.elements.push_back(operation.info.name == "Gather" && i ? Element::int32 : Element::float32);
  const Result result = operation.info.infer(o);
  REQUIRE(!result.finding);
  int taken = 0;
  for_each_strategy(shapes, [&](const Splits& splits) {
    o.splits = splits;
    const Equation e = operation.info.equation(o);
    if (strict(e, splits, shapes, result.shape, devices, devices)) return;
    ++taken;
    const OperatorRecord r =
        operator_record(e, splits, shapes, output_shapes(e, shapes, result.shape), devices);
    const Placement p = place(e, shapes, result.shape, splits, devices);
    REQUIRE(!r.finding);
    REQUIRE(!p.finding);
    for (int i = 0; i < shapes.size(); ++i) {
      REQUIRE(!examine(r.inputs[i]));
      bool gathered = false;
      for (const EquationAxis& axis : e.inputs[i]) gathered = gathered || axis.gathered;
      if (!gathered) REQUIRE(lower(r.inputs[i]) == p.inputs[i]);
    }
    REQUIRE(!examine(r.outputs[0]));
    REQUIRE(bool(r.forward) == p.output.partial());
    Distribution expected = p.output.summed();
    if (r.forward.scatters) {
      Digits rows = p.output.digits(0);
      rows.append(p.output.digits(Cut::sum));
      expected = expected.cut(0, rows);
    }
    REQUIRE(lower(r.outputs[0]) == expected);
    for (Index rank = 0; rank < devices && r.forward; ++rank)
      REQUIRE(group(r.forward.digits, rank) == group(p.output.digits(Cut::sum), rank));
  });
  return taken;
}

}  // namespace

TEST_CASE("lowering the record gives the placement") {
  CHECK(compare(MatMul{}, {{8, 16}, {16, 8}}, 8) > 15);
  CHECK(compare(MatMul(true, true), {{8, 16}, {4, 8}}, 8) > 10);
  CHECK(compare(MatMul{}, {{2, 4, 8}, {1, 8, 1}}, 8) > 10);
  CHECK(compare(MatMul{}, {{4, 8}, {2, 8, 2}}, 4) > 5);
  CHECK(compare(Add{}, {{8, 8}, {8}}, 8) > 5);
  CHECK(compare(Pow{}, {{1, 8}, {8, 1}}, 8) > 5);
  CHECK(compare(BiasAdd{}, {{8, 8, 2}, {8}}, 8) > 5);
  CHECK(compare(PReLU{}, {{8, 4}, {1}}, 8) > 5);
  CHECK(compare(ReLU{}, {{8, 4, 2}}, 8) > 5);
  CHECK(compare(Softmax({0}), {{8, 4, 2}}, 8) > 3);
  CHECK(compare(LayerNorm(1), {{8, 4}, {4}, {4}}, 8) > 3);
  CHECK(compare(Transpose({2, 0, 1}), {{8, 4, 2}}, 8) > 5);
  CHECK(compare(ReduceSum({1}), {{8, 4, 2}}, 8) > 5);
  CHECK(compare(Gather{}, {{16, 8}, {8, 4}}, 8) > 10);
  CHECK(compare(Gather{}, {{16, 8}, {8}}, 8) > 10);
  CHECK(compare(Gather(1), {{16, 8}, {8, 2}}, 8) > 10);
}
