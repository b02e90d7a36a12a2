// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/backend/ascend/matmul/matmul_program.hpp>

#include <doctest/doctest.h>

#include <random>

#include "../../../support/error_of.hpp"
#include "../sequential.hpp"
#include "../some_matmul.hpp"

using namespace tenon;

TEST_CASE("a MatMul's program multiplies, on any chip, of any sizes and formats") {
  std::mt19937 random(7);
  for (const AscendChip& chip : ascend_chips())
    for (int again = 0; again < 40; ++again) {
      const AscendMatMul t = test::some_matmul(random, chip, again % 4 ? 40 : 90);
      MatMulTiling pinned;
      if (again % 2) pinned = {.base_m = 32, .base_n = 32, .base_k = 32};
      if (again % 3 == 0) pinned.l1_buffers = pinned.l0_buffers = 1;
      if (again % 5 == 0) pinned.cores = 2;
      if (pinned.base_m && again % 7 < 3) pinned.step_ka = 3, pinned.step_kb = 2;
      CAPTURE(chip.name);
      CAPTURE(again);
      CAPTURE(t.m);
      CAPTURE(t.n);
      CAPTURE(t.k);
      const AscendProgram program = matmul_program(t, chip, matmul_tiling(t, chip, pinned));
      test::SequentialAscend ascend;
      const auto digit = [&] { return double(int(random() % 7) - 3); };
      std::vector<double> a(std::size_t(t.m * t.k)), b(std::size_t(t.k * t.n)),
          bias(std::size_t(t.n));
      for (Index m = 0; m < t.m; ++m)
        for (Index k = 0; k < t.k; ++k) {
          const Index at = t.transpose_a ? t.a_matrix().offset(k, m) : t.a_matrix().offset(m, k);
          ascend.gm[t.a + at * bytes(t.element)] = a[std::size_t(m * t.k + k)] = digit();
        }
      for (Index k = 0; k < t.k; ++k)
        for (Index n = 0; n < t.n; ++n) {
          const Index at = t.transpose_b ? t.b_matrix().offset(n, k) : t.b_matrix().offset(k, n);
          ascend.gm[t.b + at * bytes(t.element)] = b[std::size_t(k * t.n + n)] = digit();
        }
      for (Index n = 0; n < t.n; ++n)
        if (t.has_bias)
          ascend.gm[t.bias + n * bytes(t.bias_element)] = bias[std::size_t(n)] = digit();
      ascend.run(program);
      Index wrong = 0;
      for (Index m = 0; m < t.m; ++m)
        for (Index n = 0; n < t.n; ++n) {
          double sum = bias[std::size_t(n)];
          for (Index k = 0; k < t.k; ++k)
            sum += a[std::size_t(m * t.k + k)] * b[std::size_t(k * t.n + n)];
          if (t.relu) sum = std::max(sum, 0.0);
          const auto c = ascend.gm.find(t.c + t.c_matrix().offset(m, n) * bytes(t.result));
          wrong += c == ascend.gm.end() || c->second != sum;
        }
      CHECK(wrong == 0);
    }
}

TEST_CASE("a tiling fits, or says which buffer it does not") {
  const AscendMatMul big{.m = 8192, .n = 8192, .k = 8192};
  const MatMulTiling t = matmul_tiling(big, Ascend910B1());
  CHECK(t.base_m == 128);
  CHECK(t.base_n == 256);
  CHECK(t.base_k == 64);
  CHECK(t.step_ka == 8);
  CHECK(t.step_kb == 4);
  CHECK(t.cores_m * t.cores_n == 24);
  const auto error_with = [&](MatMulTiling pinned) {
    return test::error_of([&] { matmul_tiling(big, Ascend910B1(), pinned); });
  };
  CHECK(error_with({.base_m = 256, .base_n = 256, .base_k = 64}) ==
        "tenon: a base of 256x256x64 on ascend910b1: it needs 262144 bytes of l0c, which has "
        "131072");
  CHECK(error_with({.base_m = 128, .base_n = 256, .base_k = 128}) ==
        "tenon: a base of 128x256x128 on ascend910b1: it needs 131072 bytes of l0b, which has "
        "65536");
  CHECK(error_with({.base_m = 128, .base_n = 250, .base_k = 64}) ==
        "tenon: a base of 128x250x64 on ascend910b1: sizes are multiples of 16 up to 4095, not "
        "250");
  CHECK(error_with({.base_m = 128, .base_n = 256, .base_k = 64, .step_ka = 64}) ==
        "tenon: a base of 128x256x64 on ascend910b1: it needs 2359296 bytes of l1, which has "
        "524288");
  CHECK(error_with({.cores = 25}) == "tenon: ascend910b1 has 24 cube cores, not 25");
  AscendMatMul old = big;
  CHECK(test::error_of([&] {
          matmul_tiling(old, Ascend910());
        }).ends_with("this chip copies nz alone into l1: convert A and B first"));
  old.element = Element::float32;
  CHECK(test::error_of([&] {
          matmul_tiling(old, Ascend910());
        }).ends_with("this cube multiplies float16 and int8, not float32"));
  old = {.m = 0, .n = 1, .k = 1};
  CHECK(test::error_of([&] {
          matmul_tiling(old, Ascend910());
        }).ends_with("sizes are from 1 to 268435456, not 0"));
}
