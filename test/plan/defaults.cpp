// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/network/operators.hpp>
#include <tenon/plan/defaults.hpp>

using namespace tenon;

static Splits defaults(const auto& operation, const Vector<Dims, 4>& shapes, Index devices,
                       bool balanced) {
  Operands o{shapes, {}, operation.attributes(), {}, devices};
  for (int i = 0; i < shapes.size(); ++i) o.elements.push_back(Element::float32);
  return batch_parallel(operation.info.equation(o), o, devices, balanced);
}

TEST_CASE("MindSpore's default: rows by as many devices as divide both") {
  // observed for eight devices: (8,1) for batches of 32, 16 and 8, (4,1) for 4, (2,1) for 2
  for (const auto& [batch, parts] :
       {std::pair<Index, Index>{32, 8}, {16, 8}, {8, 8}, {4, 4}, {2, 2}}) {
    CHECK(defaults(matmul, {{batch, 512}, {512, 10}}, 8, false) == Splits{{parts, 1}, {1, 1}});
    CHECK(defaults(add, {{batch, 10}, {10}}, 8, false) == Splits{{parts, 1}, {1}});
    CHECK(defaults(relu, {{batch, 10}}, 8, false) == Splits{{parts, 1}});
  }
}

TEST_CASE("balanced: all devices where there are as many rows, however they divide") {
  CHECK(defaults(matmul, {{33, 512}, {512, 10}}, 8, true) == Splits{{8, 1}, {1, 1}});
  CHECK(defaults(matmul, {{7, 512}, {512, 10}}, 8, true) == Splits{{1, 1}, {1, 1}});
  CHECK(defaults(matmul, {{6, 512}, {512, 10}}, 8, true) == Splits{{2, 1}, {1, 1}});
}

TEST_CASE("a first dimension that may not be cut, or that is repeated, stays whole") {
  CHECK(defaults(Softmax({0}), {{32, 10}}, 8, true) == Splits{{1, 1}});
  CHECK(defaults(add, {{1, 10}, {32, 10}}, 8, true) == Splits{{1, 1}, {1, 1}});
  CHECK(defaults(ReduceSum(), {{}}, 8, true) == Splits{{}});
}

TEST_CASE("the batch of a lookup is that of the indices, the table stays whole") {
  CHECK(defaults(gather, {{64, 16}, {8, 4}}, 4, false) == Splits{{1, 1}, {4, 1}});
  CHECK(defaults(Gather(1), {{64, 16}, {6}}, 4, false) == Splits{{1, 1}, {2}});
}

TEST_CASE("the rows' letter is cut in every operand that has it") {
  CHECK(defaults(matmul, {{4, 5, 6}, {4, 6, 7}}, 4, true) == Splits{{4, 1, 1}, {4, 1, 1}});
  CHECK(defaults(MatMul(true), {{8, 6}, {8, 7}}, 4, true) == Splits{{4, 1}, {4, 1}});
}
