// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/backend/ascend/legality/legality.hpp>
#include <tenon/backend/ascend/vector/line_functions.hpp>
#include <tenon/backend/ascend/vector/transpose_program.hpp>
#include <tenon/backend/ascend/vector/vector_program.hpp>

#include <doctest/doctest.h>

#include <random>

#include "../../../support/error_of.hpp"
#include "../sequential.hpp"

using namespace tenon;

namespace {

/// What a vector task is by definition, of whole numbers: every value of every element.
struct VectorByDefinition {
  const AscendVector& t;
  std::vector<std::vector<double>> values;  // of each value, all of them, repeated where it is

  std::size_t at(Index b, Index r, Index c) const {
    return std::size_t((b * t.rows + r) * t.columns + c);
  }
  void each(auto&& visit) const {
    for (Index b = 0; b < t.batch; ++b)
      for (Index r = 0; r < t.rows; ++r)
        for (Index c = 0; c < t.columns; ++c) visit(b, r, c);
  }
  /// The number of an operand, or a result, of this extent that an element takes.
  Index number(VectorExtent extent, Index b, Index r, Index c) const {
    if (extent == VectorExtent::along) return c;
    if (extent == VectorExtent::whole) return (b * t.rows + r) * t.row_pitch() + c;
    return t.down ? b * t.row_pitch() + c : b * t.rows + r;
  }

  void compute() {
    const auto all = std::size_t(t.numbers());
    for (int v = int(t.operands.size()); v < t.values(); ++v) {
      const VectorStep& step = *t.step_of(v);
      const auto& x = values[std::size_t(step.a)];
      std::vector<double> y(all);
      each([&](Index b, Index r, Index c) {
        const std::size_t i = at(b, r, c);
        if (is_over_row(step.function) && (t.down ? r : c) > 0) {
          y[i] = t.down ? y[at(b, 0, c)] : y[at(b, r, 0)];
        } else if (is_over_row(step.function)) {
          double of_line = -1e9, sum = 0;
          for (Index k = 0; k < t.line_numbers(); ++k) {
            const double one = t.down ? x[at(b, k, c)] : x[at(b, r, k)];
            of_line = std::max(of_line, one), sum += one;
          }
          y[i] = step.function == AscendFunction::sum_row ? sum : of_line;
        } else {
          const double two = step.b < 0 ? 0 : values[std::size_t(step.b)][i];
          y[i] = step.function == AscendFunction::add   ? x[i] + two
                 : step.function == AscendFunction::sub ? x[i] - two
                 : step.function == AscendFunction::mul ? x[i] * two
                                                        : std::max(x[i], 0.0);
        }
      });
      values.push_back(y);
    }
  }
};

/// Runs the task's program on such numbers; how many of the result are wrong.
Index wrong_numbers(const AscendVector& t, const AscendChip& chip, const VectorTiling& tiling,
                    std::mt19937& random) {
  const AscendProgram program = vector_program(t, chip, tiling);
  check_legal(program, chip);
  test::SequentialAscend ascend;
  VectorByDefinition by_definition{t, {}};
  for (std::size_t i = 0; i < t.operands.size(); ++i) {
    std::vector<double> numbers(std::size_t(t.stored(t.operands[i].extent))), all;
    for (std::size_t k = 0; k < numbers.size(); ++k)
      ascend.gm[t.operands[i].place + Index(k) * bytes(t.element)] = numbers[k] =
          double(random() % 5) - 2;
    by_definition.each([&](Index b, Index r, Index c) {
      all.push_back(numbers[std::size_t(by_definition.number(t.operands[i].extent, b, r, c))]);
    });
    by_definition.values.push_back(all);
  }
  by_definition.compute();
  ascend.run(program);
  Index wrong = 0;
  by_definition.each([&](Index b, Index r, Index c) {
    const Index number = by_definition.number(t.result_extent(), b, r, c);
    wrong += ascend.gm[t.y + number * bytes(t.result)] !=
             by_definition.values.back()[by_definition.at(b, r, c)];
  });
  return wrong;
}

}  // namespace

TEST_CASE("law: a function of elements is computed, on any chip, of any number of them") {
  std::mt19937 random(3);
  for (const AscendChip& chip : ascend_chips())
    for (int again = 0; again < 18; ++again) {
      const Index n = 1 + Index(random() % (again % 3 ? 700 : 12000));
      AscendVector t = element_task(*element_function(again % 2 ? "add" : "relu"), n,
                                    again % 6 ? Element::float16 : Element::float32);
      if (again % 4 == 3) t.steps.push_back({AscendFunction::relu, t.values() - 1});
      if (again % 3 == 0) t.work = Element::float32;
      t = t.placed(chip, 512 * Index(random() % 3));
      CAPTURE(chip.name);
      CAPTURE(again);
      CHECK(wrong_numbers(t, chip,
                          {.cores = again % 5 ? 0 : 3,
                           .tile = again % 4 ? 0 : 256,
                           .buffers = again % 7 ? 2 : 1},
                          random) == 0);
    }
}

TEST_CASE("law: lines are reduced and repeated, whole or in parts, along rows or down columns") {
  using F = AscendFunction;
  std::mt19937 random(5);
  for (const AscendChip& chip : ascend_chips())
    for (int again = 0; again < 40; ++again) {
      detail::VectorBuilder w;
      const bool down = again % 2, per_line = again % 3 == 0, along = !down && again % 5 < 2;
      const int x = w.operand(VectorExtent::whole);
      const int scale = per_line ? w.operand(VectorExtent::line) : -1;
      const int shift = along ? w.operand(VectorExtent::along) : -1;
      int y = w.then(F::sub, x, w.then(F::max_row, x));
      if (per_line) y = w.then(F::mul, y, scale);
      if (along) y = w.then(F::add, y, shift);
      const int sum = w.then(F::sum_row, w.then(F::mul, y, x));
      if (again % 4 < 3) y = w.then(F::add, y, w.then(F::relu, sum));
      AscendVector t = w.task;
      t.down = down;
      t.batch = down ? 1 + Index(random() % 3) : 1;
      t.rows = 1 + Index(random() % 70);
      t.columns = 1 + Index(random() % (again % 7 ? 100 : 1));
      if (again % 3 == 1) t.work = Element::float32;
      t = t.placed(chip, 512);
      VectorTiling tiling{.cores = again % 5 ? 0 : 3, .buffers = again % 4 ? 2 : 1};
      if (again % 8 > 3) tiling.tile = down ? 1 + Index(random() % 20) : 32;
      if (again % 8 == 6) tiling.lines = 32;
      CAPTURE(chip.name);
      CAPTURE(again);
      CHECK(wrong_numbers(t, chip, tiling, random) == 0);
    }
}

TEST_CASE("law: lines longer than ub are gone through in parts") {
  std::mt19937 random(6);
  for (const bool down : {false, true}) {
    const AscendVector t =
        line_task(*line_function("reduce_sum"), 1, 40000, down ? 2 : 1, Element::float16)
            .placed(Ascend910());
    CHECK(vector_tiling(t, Ascend910()).tile < 40000);
    CHECK(wrong_numbers(t, Ascend910(), {}, random) == 0);
  }
}

TEST_CASE("law: a transposition turns rows and columns, and leaves runs as they are") {
  std::mt19937 random(7);
  const struct {
    Dims shape, order, rows;
  } cases[] = {{{50, 70}, {1, 0}, {1, 50, 70, 1}},
               {{3, 40, 33}, {0, 2, 1}, {3, 40, 33, 1}},
               {{6, 5, 40}, {1, 0, 2}, {1, 6, 5, 40}},
               {{2, 3, 4, 5}, {2, 3, 0, 1}, {1, 6, 20, 1}},
               {{2, 7, 3, 8}, {0, 2, 1, 3}, {2, 7, 3, 8}},
               {{4, 5}, {0, 1}, {20, 1, 1, 1}},
               {{2, 3, 4}, {}, {1, 6, 4, 1}}};
  for (const AscendChip& chip : {Ascend910B1(), Ascend310P()})
    for (const auto& c : cases) {
      const AscendTranspose t = transpose_task(c.shape, c.order, Element::float16).placed();
      CAPTURE(text(c.shape));
      CHECK(Dims{t.batch, t.rows, t.columns, t.inner} == c.rows);
      test::SequentialAscend ascend;
      std::vector<double> x;
      for (Index i = 0; i < t.numbers(); ++i)
        x.push_back(ascend.gm[t.a + 2 * i] = double(random() % 1000));
      const AscendProgram program = transpose_program(t, chip);
      check_legal(program, chip);
      ascend.run(program);
      Index wrong = 0, to = 0;
      for (Index b = 0; b < t.batch; ++b)
        for (Index col = 0; col < t.columns; ++col)
          for (Index row = 0; row < t.rows; ++row)
            for (Index i = 0; i < t.inner; ++i)
              wrong += ascend.gm[t.y + 2 * to++] !=
                       x[std::size_t(((b * t.rows + row) * t.columns + col) * t.inner + i)];
      CHECK(wrong == 0);
    }
  CHECK(test::error_of([] {
          transpose_task({2, 3}, {0, 0}, Element::float16);
        }) == "tenon: [0, 0] is no order of 2 dimensions");
}

TEST_CASE("a vector task that no core takes is an error") {
  using F = AscendFunction;
  const AscendChip chip = Ascend910B1();
  const auto error_with = [&](auto change, VectorTiling tiling = {}) {
    AscendVector t = element_task(*element_function("relu"), 1, Element::float16);
    change(t);
    return test::error_of([&] { vector_program(t, chip, tiling); });
  };
  const auto nothing = [](AscendVector&) {};
  CHECK(error_with([](AscendVector& t) { t.columns = 0; }) ==
        "tenon: a vector program on ascend910b1: at least 1 number, not 1x1x0");
  CHECK(error_with([](AscendVector& t) { t.steps.clear(); }).ends_with("no function is named"));
  CHECK(error_with([](AscendVector& t) { t.operands.clear(); }).ends_with("it reads nothing"));
  CHECK(error_with([](AscendVector& t) {
          t.element = Element::float64;
        }).ends_with("the vector pipe does not know float64"));
  CHECK(error_with([](AscendVector& t) {
          t.operands[0].place = 8;
        }).ends_with("operands begin on multiples of 32 bytes, not at 8"));
  CHECK(error_with([](AscendVector& t) {
          t.steps[0].a = 1;
        }).ends_with("step 1 takes a value that is not there yet"));
  CHECK(error_with([](AscendVector& t) {
          t.steps = {{F::sum_row, 0}, {F::sum_row, 1}};
        }).ends_with("step 2 goes over a line of one number"));
  CHECK(error_with([](AscendVector& t) {
          t.steps = {{F::sum_row, 0}, {F::sub, 1, 0}};
        }).ends_with("step 2 takes the smaller operand first"));
  CHECK(error_with(nothing, {.cores = 49}) == "tenon: ascend910b1 has 48 vector cores, not 49");
  CHECK(error_with(nothing, {.buffers = 3}) == "tenon: a buffer is single or double, not 3");
  // 188160 bytes of UB: of a number two bytes come and two go, each twice.
  CHECK(error_with([](AscendVector& t) { t.columns = 1000000; }, {.tile = 65536}) ==
        "tenon: a tile of 65536 numbers on ascend910b1: a multiple of 256 up to 23296");
  CHECK(error_with(
            [](AscendVector& t) {
              t.rows = 100, t.steps.push_back({F::sum_row, 1});
            },
            {.lines = 100000}) ==
        "tenon: a tile of 100000 lines of 1 numbers on ascend910b1: lines a multiple of 1, and all "
        "in 188160 bytes of UB");
}
