// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "../product.hpp"

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/cpu/narrow_tile.hpp>

using namespace tenon;

namespace {

Product<float> product(Index m, Index k, Index n, bool exact) {
  Product<float> p;
  p.shape_a = {m, k}, p.shape_b = {k, n}, p.shape_c = {m, n};
  p.a = exact ? integers<float>(p.shape_a) : numbers<float>(p.shape_a);
  p.b = exact ? integers<float>(p.shape_b) : numbers<float>(p.shape_b);
  p.bias = exact ? integers<float>({n}) : numbers<float>({n});
  p.activation = &ReLU::info;
  return p;
}

/// A cpu of each instruction set that this processor has.
std::vector<Cpu> cpus(const CpuOptions& options = {}) {
  std::vector<Cpu> all;
  for (int set = 0; set <= int(best_instruction_set()); ++set) {
    CpuOptions here = options;
    here.instructions = InstructionSet(set);
    all.emplace_back(here);
  }
  return all;
}

}  // namespace

TEST_CASE("narrow products: as the law says, for few columns and any depth and rows") {
  for (const Element weights : {Element::float32, Element::bfloat16})
    for (const Cpu& cpu : cpus({.weights = weights}))
      for (Index n = 1; n <= 17; ++n)
        for (const Index k : {1, 7, 16, 31, 64, 1043})
          for (const Index m : {Index(1), Index(2), between(3, 70)}) {
            Product<float> p = product(m, k, n, true);
            CHECK(p.of(cpu) == p.by_law());
          }
}

TEST_CASE("narrow products: packed where they fill more of a vector than panels of columns") {
  const auto lanes = [](Index columns, InstructionSet set) {
    return detail::tiles_for<float>(columns, set, Element::float32).lanes;
  };
  CHECK(lanes(10, InstructionSet::portable) == 4);
#ifdef __x86_64__
  CHECK(lanes(1, InstructionSet::avx512) == 10);
  CHECK(lanes(10, InstructionSet::avx512) == 10);
  CHECK(lanes(11, InstructionSet::avx512) == 16);
  CHECK(lanes(9, InstructionSet::avx2) == 10);
  CHECK(lanes(8, InstructionSet::avx2) == 8);
  CHECK(lanes(10, InstructionSet::avx2) == 10);
#endif
}

TEST_CASE("narrow products: a row has the same bits among any rows, and on any threads") {
  const std::vector<Cpu> alone = cpus(), two = cpus({.threads = 2}), three = cpus({.threads = 3});
  for (std::size_t set = 0; set < alone.size(); ++set)
    for (const Index k : {512, 1290}) {
      Product<float> p = product(67, k, 10, false);
      const std::vector<float> y = p.of(alone[set]);
      CHECK(p.of(two[set]) == y);
      CHECK(p.of(three[set]) == y);
      for (const Index m : {2, 5, 66}) {
        Product<float> fewer = p;
        fewer.shape_a[0] = fewer.shape_c[0] = m;
        CHECK(fewer.of(two[set]) == std::vector<float>(y.begin(), y.begin() + m * 10));
      }
    }
}

TEST_CASE("narrow products: NaN and infinity stay in their row, and in their column") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = HUGE_VALF;
  for (const Cpu& cpu : cpus())
    for (const Index k : {9, 16, 45})
      for (const Index n : {3, 10})
        for (const float special : {nan, inf, -inf})
          for (const bool in_a : {true, false}) {
            Product<float> p = product(3, k, n, true);
            for (float& w : p.b) w = 1;
            (in_a ? p.a[std::size_t(2 * k - 1)] : p.b[std::size_t(k * n - 1)]) = special;
            if (!in_a)
              for (float& x : p.a) x = 1;
            const std::vector<float> y = p.of(cpu), expected = p.by_law();
            for (std::size_t i = 0; i < y.size(); ++i)
              CHECK((y[i] == expected[i] || (std::isnan(y[i]) && std::isnan(expected[i]))));
          }
}
