// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/backend/ascend/vector/vector_builder.hpp>
#include <tenon/backend/ascend/vector/vector_program.hpp>
#include <tenon/backend/ascend/legality/legality.hpp>
#include <tenon/backend/ascend/matmul/matmul_program.hpp>

#include <doctest/doctest.h>

#include "../../../support/error_of.hpp"
#include "../some_matmul.hpp"

using namespace tenon;

namespace {

using enum AscendPipe;
using enum AscendBuffer;

/// What is wrong with the instructions of one core with 64 KiB of gm.
std::string fault_of(std::vector<AscendInstruction> all, const AscendChip& chip = Ascend910B1()) {
  return test::error_of([&] { check_legal({{std::move(all)}, 65536}, chip); });
}

AscendInstruction copy_in_ub(Index to, int n = 128, Index gm_from = 0) {
  return {.op = AscendOp::copy, .pipe = mte2, .to = {ub, to}, .a = {gm, gm_from}, .m = 1, .n = n};
}
AscendInstruction copy_out_of_ub(Index from, int n = 128, Index gm_to = 0) {
  return {.op = AscendOp::copy, .pipe = mte3, .to = {gm, gm_to}, .a = {ub, from}, .m = 1, .n = n};
}
AscendInstruction relu_in_ub(Index from, Index to, int n = 128) {
  return {.op = AscendOp::calculate,
          .pipe = vector,
          .function = AscendFunction::relu,
          .to = {ub, to},
          .a = {ub, from},
          .m = 1,
          .n = n};
}
AscendInstruction flag_from(AscendPipe from, AscendPipe to, int event = 0) {
  return {.op = AscendOp::set_flag, .pipe = from, .peer = to, .event = std::uint8_t(event)};
}
AscendInstruction flag_to(AscendPipe from, AscendPipe to, int event = 0) {
  return {.op = AscendOp::wait_flag, .pipe = to, .peer = from, .event = std::uint8_t(event)};
}
AscendInstruction small_mmad(int m, int n, int k) {
  return {.op = AscendOp::mmad,
          .pipe = cube,
          .into = Element::float32,
          .to = {l0c, 0},
          .a = {l0a, 0},
          .b = {l0b, 0},
          .m = m,
          .n = n,
          .k = k};
}

}  // namespace

TEST_CASE("every program that is written here is legal, on any chip, of any sizes") {
  std::mt19937 random(5);
  for (const AscendChip& chip : ascend_chips())
    for (int again = 0; again < 60; ++again) {
      const AscendMatMul t = test::some_matmul(random, chip, again % 3 ? 100 : 600);
      MatMulTiling pinned;
      if (again % 2) pinned = {.base_m = 32, .base_n = 32, .base_k = 32};
      if (again % 5 == 0) pinned.l1_buffers = 1;
      if (pinned.base_m && again % 7 < 3) pinned.step_ka = 3, pinned.step_kb = 2;
      CAPTURE(chip.name);
      CAPTURE(again);
      CAPTURE(t.m);
      CAPTURE(t.n);
      CAPTURE(t.k);
      CHECK(test::error_of([&] {
              check_legal(matmul_program(t, chip, matmul_tiling(t, chip, pinned)), chip);
            }) == "");
      detail::VectorBuilder w;
      const int x = w.operand(VectorExtent::whole), y = w.operand(VectorExtent::whole);
      w.then(AscendFunction::exp, again % 4 ? w.then(AscendFunction::add, x, y) : x);
      AscendVector e = w.task;
      e.columns = 1 + Index(random() % 100000);
      if (again % 3 == 0) e.work = Element::float32;
      e = e.placed(chip);
      const VectorTiling tiling{.tile = again % 4 ? 0 : 256, .buffers = again % 6 ? 2 : 1};
      CHECK(test::error_of([&] { check_legal(vector_program(e, chip, tiling), chip); }) == "");
    }
}

TEST_CASE("a legal program, and each way to spoil it") {
  const std::vector<AscendInstruction> good{
      copy_in_ub(0),           flag_from(mte2, vector), flag_to(mte2, vector), relu_in_ub(0, 256),
      flag_from(vector, mte3), flag_to(vector, mte3),   copy_out_of_ub(256)};
  CHECK(fault_of(good) == "");
  const auto without = [&](std::vector<std::size_t> indices) {
    auto all = good;
    for (std::size_t k = indices.size(); k-- > 0;)
      all.erase(all.begin() + std::ptrdiff_t(indices[k]));
    return fault_of(all);
  };
  CHECK(without({0, 1, 2}) ==
        "tenon: core 0, instruction 0 (calculate on V): ErrorRead2: 256 of the 256 bytes of UB "
        "from 0 were never written");
  CHECK(without({1, 2}) ==
        "tenon: core 0, instruction 1 (calculate on V): ErrorRead2: 256 of the 256 bytes of UB "
        "from 0 were never written");  // nothing makes V come behind MTE2
  CHECK(without({1}) ==
        "tenon: core 0, instruction 1 (wait_flag on V): ErrorSync3: waits for ever: its flag is "
        "never set");
  CHECK(without({5, 6}) ==
        "tenon: core 0, instruction 4 (set_flag on V): ErrorSync3: its flag is never waited for");
}

TEST_CASE("a program fails by each rule's name") {
  // Paths and memories that a chip does not have.
  CHECK(
      fault_of(
          {{.op = AscendOp::take_out, .pipe = fix, .to = {gm, 0}, .a = {l0c, 0}, .m = 16, .n = 16}},
          Ascend910()) ==
      "tenon: core 0, instruction 0 (take_out on FIX): ErrorWrite1: there is no path L0C -> GM "
      "by FIX on ascend910");
  CHECK(fault_of(
            {{.op = AscendOp::copy, .pipe = mte3, .to = {ub, 0}, .a = {gm, 0}, .m = 1, .n = 16}}) ==
        "tenon: core 0, instruction 0 (copy on MTE3): ErrorRead1: there is no path GM -> UB by "
        "MTE3 on ascend910b1");
  CHECK(fault_of({{.op = AscendOp::load, .pipe = mte1, .to = {bt, 0}, .a = {l1, 0}, .n = 16}},
                 Ascend910())
            .ends_with("ErrorWrite1: there is no path L1 -> BT by MTE1 on ascend910"));
  const AscendInstruction to_nz{.op = AscendOp::copy,
                                .pipe = mte2,
                                .to_format = AscendFormat::nz,
                                .to = {l1, 0},
                                .a = {gm, 0},
                                .m = 16,
                                .n = 16};
  CHECK(fault_of({to_nz}) == "");
  CHECK(fault_of({to_nz}, Ascend910())
            .ends_with("ErrorWrite1: there is no nd -> nz on the way into L1 on ascend910"));
  CHECK(fault_of({to_nz, copy_in_ub(0)})
            .ends_with("ErrorRead1: a core of ascend910b1 has either UB or the cube's buffers"));
  CHECK(fault_of({to_nz, copy_in_ub(0)}, Ascend310P()).find("nd -> nz") != std::string::npos);
  // Bounds and borders.
  CHECK(fault_of({copy_in_ub(0, 128, 65504)})
            .ends_with("ErrorRead3: bytes 65504 to 65760 of GM, which has 65536"));
  CHECK(fault_of({copy_in_ub(196608 - 32)})
            .ends_with("ErrorWrite2: bytes 196576 to 196832 of UB, which has 196608"));
  CHECK(fault_of({copy_in_ub(196608 - 32)}, Ascend910()) == "");  // of 262144
  CHECK(fault_of({copy_in_ub(0), copy_out_of_ub(8)})
            .ends_with("ErrorRead4: UB from byte 8, which is no multiple of 32"));
  CHECK(fault_of({copy_in_ub(16)})
            .ends_with("ErrorWrite4: UB from byte 16, which is no multiple of 32"));
  // What is overwritten, and in which order.
  CHECK(fault_of({copy_in_ub(0), copy_in_ub(0)})
            .ends_with("ErrorWrite3: bytes 0 to 256 of UB are overwritten before anyone has read "
                       "them"));
  const std::vector<AscendInstruction> begun{copy_in_ub(0), flag_from(mte2, vector),
                                             flag_to(mte2, vector), relu_in_ub(0, 256)};
  auto all = begun;
  all.push_back(relu_in_ub(256, 512));
  CHECK(fault_of(all).ends_with(
      "ErrorSync1: V reads bytes 256 to 512 of UB, which it wrote, without a barrier between"));
  all.insert(all.end() - 1, {.op = AscendOp::barrier, .pipe = vector});
  CHECK(fault_of(all) == "");
  all = begun;
  all.push_back(copy_in_ub(0));  // comes before or after V has read
  const std::string raced = fault_of(all);
  CHECK((raced.find("ErrorSync2") != std::string::npos ||
         raced.find("ErrorWrite3") != std::string::npos));
  all = begun;
  all.push_back(flag_from(mte2, mte3));
  all.push_back(flag_to(mte2, mte3));
  all.push_back(flag_from(vector, mte2, 1));
  all.push_back(flag_to(vector, mte2, 1));
  all.push_back(copy_out_of_ub(256));  // MTE3 waited for MTE2 alone, not for V
  const std::string unordered = fault_of(all);
  CHECK((unordered.find("ErrorSync2: MTE3 reads bytes 256 to 512 of UB, which V wrote, without a "
                        "flag between") != std::string::npos ||
         unordered.find("ErrorRead2") != std::string::npos));
  // Flags.
  CHECK(fault_of({flag_from(mte2, vector, 8), flag_to(mte2, vector, 8)})
            .ends_with("ErrorSync4: event 8 from MTE2 to V; there are 8 between two pipes"));
  CHECK(fault_of({flag_from(mte2, vector), flag_from(mte2, vector), flag_to(mte2, vector),
                  flag_to(mte2, vector)})
            .ends_with("ErrorSync4: event 0 from MTE2 to V is set again before it is sure to have "
                       "been waited for"));
  // MTE1 fills its queue behind a flag that only what is handed out later would set.
  std::vector<AscendInstruction> full(33, {.op = AscendOp::barrier, .pipe = mte1});
  full.front() = flag_to(mte2, mte1);
  full.push_back(flag_from(mte2, mte1));
  CHECK(fault_of(full).ends_with("ErrorSync3: waits for ever; a queue of 32 instructions is full"));
  full.erase(full.begin() + 1);
  CHECK(fault_of(full) == "");
  // Sizes and types.
  CHECK(fault_of({small_mmad(4096, 16, 16)})
            .ends_with("Limit: m, n, k = 4096, 16, 16 of at most 4095"));
  AscendInstruction wide = small_mmad(16, 16, 16);
  wide.from = Element::float32;
  CHECK(fault_of({wide}, Ascend910()).ends_with("Limit: this cube does not multiply float32"));
  CHECK(fault_of({small_mmad(16, 16, 16)})
            .ends_with("ErrorRead2: 512 of the 512 bytes of L0A from 0 were never written"));
  CHECK(fault_of({small_mmad(4000, 16, 16)}).find("ErrorRead3") != std::string::npos);
  CHECK(test::error_of([] {
          check_legal({std::vector<std::vector<AscendInstruction>>(49), 0}, Ascend910B1());
        }) == "tenon: a program of 49 cores on ascend910b1, which has 48");
}
