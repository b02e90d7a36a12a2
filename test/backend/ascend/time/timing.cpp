// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/backend/ascend/time/roofline.hpp>
#include <tenon/backend/ascend/time/steady_matmul.hpp>
#include <tenon/backend/ascend/time/transpose_time.hpp>
#include <tenon/backend/ascend/time/vector_time.hpp>
#include <tenon/backend/ascend/vector/line_functions.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <random>

#include "../../../support/error_of.hpp"

using namespace tenon;

namespace {

AscendMatMul plain_matmul(const AscendChip& chip, Index m, Index n, Index k) {
  AscendMatMul t{.m = m, .n = n, .k = k};
  if (chip.nd_to_nz == 0) t.a_format = t.b_format = t.c_format = AscendFormat::nz;
  return t.placed();
}

Index parts(Index whole, Index part) { return (whole + part - 1) / part; }

}  // namespace

TEST_CASE("a timed MatMul does the work there is, no pipe twice at once, and none too fast") {
  std::mt19937 random(11);
  for (const AscendChip& chip : ascend_chips())
    for (int again = 0; again < 6; ++again) {
      const AscendMatMul t = plain_matmul(chip, 1 + Index(random() % 700),
                                          1 + Index(random() % 700), 1 + Index(random() % 700));
      const MatMulTiling x = matmul_tiling(t, chip);
      const AscendProgram program = matmul_program(t, chip, x);
      const AscendTime time = ascend_time(program, chip);
      CAPTURE(chip.name);
      CAPTURE(again);
      CHECK(time.macs == double(t.m) * double(t.n) * double(t.k));
      if (chip.nd_to_nz != 0) {  // A is read for every column of tiles, B for every row
        CHECK(time.read_bytes ==
              2.0 * double(t.k) * double(t.m * parts(t.n, x.base_n) + t.n * parts(t.m, x.base_m)));
        CHECK(time.written_bytes == 2.0 * double(t.m) * double(t.n));
      }
      CHECK(time.l1_to_l0_bytes ==
            2.0 * double(t.k) * double(t.m * parts(t.n, x.base_n) + t.n * parts(t.m, x.base_m)));
      CHECK(time.task > roofline(work_of(t), chip).bound());
      CHECK(time.mean_core <= time.core * (1 + 1e-12));
      for (const double busy : time.most_busy) CHECK(busy <= time.core * (1 + 1e-12));
      const GmTraffic traffic = gm_traffic(program, chip);
      const AscendCosts costs(chip, traffic);
      std::array<double, ascend_pipes> until{}, busy{};
      bool apart = true;
      const CoreTime first = core_time(program.cores[0], costs, chip,
                                       [&](const AscendInstruction& i, double from, double to) {
                                         apart = apart && from >= until[std::size_t(i.pipe)];
                                         until[std::size_t(i.pipe)] = to;
                                         busy[std::size_t(i.pipe)] += to - from;
                                       });
      CHECK(apart);
      CHECK(double(program.cores[0].size()) == first.instructions);
      for (const AscendPipe pipe : {AscendPipe::cube, AscendPipe::mte1, AscendPipe::mte2})
        CHECK(busy[std::size_t(pipe)] == doctest::Approx(first.busy[std::size_t(pipe)]));
      CHECK(ascend_time(program, chip).task == time.task);
    }
}

TEST_CASE("a steady MatMul takes as long as all of its instructions, within 1 %") {
  for (const AscendChip& chip : ascend_chips())
    for (const auto& [m, n, k, cores] : {std::array<Index, 4>{2048, 2048, 512, 4},
                                         {1000, 3000, 300, 1},
                                         {640, 14000, 96, 2},
                                         {5000, 100, 1000, 1},
                                         {16, 40000, 700, 2},
                                         {100, 30011, 800, 1}}) {
      const AscendMatMul t = plain_matmul(chip, m, n, k);
      const MatMulTiling x =
          matmul_tiling(t, chip, {.cores = cores, .base_m = 64, .base_n = 64, .base_k = 64});
      const AscendTime whole =
          ascend_time(matmul_program(t, chip, x), chip, gm_traffic(t, chip, x));
      const AscendTime steady = steady_matmul_time(t, chip, x);
      CAPTURE(chip.name);
      CAPTURE(t.m);
      CHECK(steady.task == doctest::Approx(whole.task).epsilon(0.01));
      CHECK(steady.macs == doctest::Approx(whole.macs));
      CHECK(steady.read_bytes == doctest::Approx(whole.read_bytes));
      CHECK(steady.written_bytes == doctest::Approx(whole.written_bytes));
      for (std::size_t p = 0; p < ascend_pipes; ++p)
        CHECK(steady.mean_busy[p] == doctest::Approx(whole.mean_busy[p]).epsilon(0.01));
    }
}

TEST_CASE("8192 cubed is timed in less than two seconds, above its roofline") {
  const auto start = std::chrono::steady_clock::now();
  const AscendChip chip = Ascend910B1();
  const AscendMatMul t = plain_matmul(chip, 8192, 8192, 8192);
  const AscendTime time = steady_matmul_time(t, chip, matmul_tiling(t, chip));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  CHECK(took.count() < 2);
  // 2^39 MAC on 24 cubes of 4096 a cycle at 1.85 GHz.
  const double ideal = 0x1p39 / (24 * 4096 * 1.85e3);
  CHECK(roofline(work_of(t), chip).cube == doctest::Approx(ideal));
  CHECK(roofline(work_of(t), chip).limit() == "cube");
  CHECK(time.task > ideal);
  CHECK(time.task < 2 * ideal);
}

TEST_CASE("a function of elements moves each number once, and double buffers pay") {
  for (const AscendChip& chip : ascend_chips()) {
    const AscendVector t =
        element_task(*element_function("add"), 1 << 20, Element::float16).placed(chip);
    const AscendTime two = ascend_time(vector_program(t, chip, {.tile = 4096}), chip);
    const AscendTime one =
        ascend_time(vector_program(t, chip, {.tile = 4096, .buffers = 1}), chip);
    CAPTURE(chip.name);
    CHECK(two.read_bytes == double(t.columns) * 4);
    CHECK(two.written_bytes == double(t.columns) * 2);
    CHECK(two.task < one.task);
    CHECK(two.task > roofline(work_of(t), chip).bound());
  }
}

TEST_CASE("law: lines are timed from a few as from all, and read once where ub holds them") {
  for (const AscendChip& chip : {Ascend910B2(), Ascend910()})
    for (const Dims& shape : {Dims{40000, 100, 1}, {3, 60000, 1}, {700, 17, 30}, {1, 300, 5000}})
      for (const char* name : {"softmax", "reduce_mean", "layer_norm"}) {
        const LineFunction& f = *line_function(name);
        const bool scales = shape[2] == 1 && f.name == "layer_norm";
        const AscendVector t =
            line_task(f, shape[0], shape[1], shape[2], Element::float16, 1e-5, scales).placed(chip);
        const VectorTiling tiling = vector_tiling(t, chip, {.cores = 3});
        const GmTraffic traffic = gm_traffic(t, chip, tiling);
        const AscendTime whole = ascend_time(vector_program(t, chip, tiling), chip, traffic);
        const AscendTime few = vector_time(t, chip, tiling);
        CAPTURE(name);
        CAPTURE(text(shape));
        CHECK(few.task == doctest::Approx(whole.task).epsilon(0.01));
        CHECK(few.mean_core == doctest::Approx(whole.mean_core).epsilon(0.01));
        if (chip.nd_to_nz != 0)  // rows there have no gaps, which are read with them
          CHECK(few.read_bytes == doctest::Approx(whole.read_bytes));
        CHECK(few.task > roofline(work_of(t), chip).bound());
        if (tiling.tile >= shape[1] && !scales && chip.nd_to_nz != 0)
          CHECK(whole.read_bytes == double(t.numbers()) * 2);
      }
}

TEST_CASE("law: a transposition is timed from a few tiles as from all") {
  for (const AscendChip& chip : {Ascend910B2(), Ascend910()})
    for (const auto& [shape, order] :
         {std::pair<Dims, Dims>{{3000, 5000}, {1, 0}}, {{60, 70, 300}, {1, 0, 2}}}) {
      const AscendTranspose t = transpose_task(shape, order, Element::float32).placed();
      const AscendTime few = transpose_time(t, chip);
      const AscendTime whole = ascend_time(transpose_program(t, chip), chip);
      CHECK(few.task == doctest::Approx(whole.task).epsilon(0.02));
      CHECK(whole.read_bytes == double(t.numbers()) * 4);
      CHECK(whole.written_bytes == double(t.numbers()) * 4);
    }
}

TEST_CASE("products of a batch take as long as they do one by one, or less") {
  const AscendChip chip = Ascend910B1();
  const AscendMatMul t = plain_matmul(chip, 512, 512, 64);
  const MatMulTiling all = matmul_tiling(t, chip), one = matmul_tiling(t, chip, {.cores = 1});
  const AscendTime single = steady_matmul_time(t, chip, all);
  CHECK(batched_matmul_time(t, chip, all, 1, 1).core == doctest::Approx(single.core));
  const AscendTime rows = batched_matmul_time(t, chip, all, 48, 1);
  CHECK(rows.macs == 48 * single.macs);
  CHECK(rows.core > 40 * single.core);
  const AscendTime spread = batched_matmul_time(t, chip, one, 48, 24);
  CHECK(spread.macs == rows.macs);
  CHECK(spread.cores == 24);
  CHECK(spread.core < rows.core);
}

TEST_CASE("what is slower makes no program faster") {
  const AscendMatMul t = plain_matmul(Ascend910B1(), 512, 768, 1024);
  const MatMulTiling x = matmul_tiling(t, Ascend910B1());
  const double usual = steady_matmul_time(t, Ascend910B1(), x).task;
  for (const auto& [member, factor] : {std::pair{&AscendChip::clock, 0.5},
                                       {&AscendChip::macs_float16, 0.25},
                                       {&AscendChip::load_b_rate, 0.1},
                                       {&AscendChip::l2_reached_rate, 0.1},
                                       {&AscendChip::row_cycles, 100.0},
                                       {&AscendChip::issue_cycles, 100.0},
                                       {&AscendChip::cube_launch, 100.0},
                                       {&AscendChip::write_rate, 0.01}}) {
    AscendChip slow = Ascend910B1();
    (slow.*member).value *= factor;
    CHECK(steady_matmul_time(t, slow, x).task > usual * 1.05);
  }
}

TEST_CASE("pipes that wait for each other for ever are an error, and full queues hold back") {
  using enum AscendPipe;
  const AscendChip chip = Ascend910B1();
  const AscendCosts costs(chip, {});
  CHECK(test::error_of([&] {
          core_time({{.op = AscendOp::wait_flag, .pipe = cube, .peer = mte1, .event = 3}}, costs,
                    chip);
        }) == "tenon: a core never ends; it waits: M for event 3 with MTE1");
  // One long mmad, then more than the queue holds, then a vector instruction behind them all.
  const auto until_vector = [&](int between) {
    std::vector<AscendInstruction> all(
        std::size_t(1 + between),
        {.op = AscendOp::mmad, .pipe = cube, .m = 1600, .n = 1600, .k = 16});
    all.push_back({.op = AscendOp::calculate, .pipe = vector, .m = 1, .n = 128});
    double begins = 0;
    core_time(all, costs, chip, [&](const AscendInstruction& i, double from, double) {
      if (i.pipe == vector) begins = from;
    });
    return begins;
  };
  CHECK(until_vector(31) < 10000);  // of 10000 cycles is one mmad
  CHECK(until_vector(33) > 10000);
}
