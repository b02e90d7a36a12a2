// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/backend/ascend/vector/elementwise_program.hpp>

#include <doctest/doctest.h>

#include <random>

#include "../../../support/error_of.hpp"
#include "../sequential.hpp"

using namespace tenon;

TEST_CASE("a function of elements is computed, on any chip, of any number of them") {
  std::mt19937 random(3);
  for (const AscendChip& chip : ascend_chips())
    for (int again = 0; again < 18; ++again) {
      AscendElementwise t;
      t.n = 1 + Index(random() % (again % 3 ? 700 : 12000));
      t.steps = {{again % 2 ? AscendFunction::add : AscendFunction::relu}};
      if (again % 4 == 3) t.steps.push_back({AscendFunction::relu});
      if (again % 3 == 0) t.work = Element::float32;
      if (again % 6 == 0) t.element = Element::float32;
      t = t.placed(512 * Index(random() % 3));
      const AscendProgram program = elementwise_program(
          t, chip,
          {.cores = again % 5 ? 0 : 3, .tile = again % 4 ? 0 : 256, .buffers = again % 7 ? 2 : 1});
      test::SequentialAscend ascend;
      std::vector<double> expected;
      for (Index i = 0; i < t.n; ++i) {
        double x = ascend.gm[t.a + i * bytes(t.element)] = double(int(random() % 9) - 4);
        if (t.reads_b()) x += ascend.gm[t.b + i * bytes(t.element)] = double(random() % 5) - 2;
        if (t.steps.back().function == AscendFunction::relu) x = std::max(x, 0.0);
        expected.push_back(x);
      }
      ascend.run(program);
      Index wrong = 0;
      for (Index i = 0; i < t.n; ++i)
        wrong += ascend.gm[t.y + i * bytes(t.result)] != expected[std::size_t(i)];
      CAPTURE(chip.name);
      CAPTURE(again);
      CHECK(wrong == 0);
    }
}

TEST_CASE("a function of elements that no vector core takes is an error") {
  const AscendChip chip = Ascend910B1();
  const auto error_with = [&](AscendElementwise t, ElementwiseTiling tiling = {}) {
    return test::error_of([&] { elementwise_program(t, chip, tiling); });
  };
  const std::vector<ElementwiseStep> relu{{AscendFunction::relu}};
  CHECK(error_with({.steps = relu}) ==
        "tenon: element by element on ascend910b1: at least 1 number, not 0");
  CHECK(error_with({.steps = {}, .n = 1}).ends_with("no function is named"));
  CHECK(error_with({.steps = {{AscendFunction::sum_row}}, .n = 1})
            .ends_with("a reduction is no function of elements"));
  CHECK(error_with({.steps = relu, .n = 1, .element = Element::float64})
            .ends_with("the vector pipe does not know float64"));
  CHECK(error_with({.steps = relu, .n = 1, .a = 8})
            .ends_with("operands begin on multiples of 32 bytes, not at 8"));
  CHECK(error_with({.steps = relu, .n = 1}, {.cores = 49}) ==
        "tenon: ascend910b1 has 48 vector cores, not 49");
  CHECK(error_with({.steps = relu, .n = 100000}, {.tile = 65536}) ==
        "tenon: a tile of 65536 numbers on ascend910b1: a multiple of 256 up to 23296");
}
