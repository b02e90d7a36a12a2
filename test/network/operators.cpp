// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/network/operators.hpp>

using namespace tenon;

TEST_CASE("every operator is found by its name, and no other") {
  for (const Operator* op : all_operators) {
    CHECK(find_operator(op->name) == op);
    CHECK(bool(op->infer));
    CHECK(bool(op->equation));
    CHECK(!op->law.of_float == !op->law.of_double);
    CHECK(!op->scalar.of_float == !op->scalar.of_double);
  }
  CHECK(find_operator("MatMull") == nullptr);
  CHECK(find_operator("") == nullptr);
}
