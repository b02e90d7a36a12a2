// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "../pictures.hpp"

#include <tenon/backend/cpu/cpu.hpp>

using namespace tenon;

namespace {

template <class Pool, class T>
void check_pools(double allowed, auto... more) {
  const Cpu one, three({.threads = 3});
  for (int i = 0; i < 400; ++i) {
    const Pool pool({between(1, 4), between(1, 4)}, {between(1, 3), between(1, 3)},
                    {between(0, 2), between(0, 2), between(0, 2), between(0, 2)},
                    {between(1, 2), between(1, 2)}, between(0, 1) == 1, more...);
    const Index largest = i % 20 ? 20 : 90;
    Pictured<T> p(pool, {{between(0, 3), between(0, 4), between(7, largest), between(7, largest)}},
                  true);
    for (std::size_t n = 0; n < p.inputs[0].size(); n += 37)
      if (i % 3 == 0) p.inputs[0][n] = std::numeric_limits<T>::quiet_NaN();
    CAPTURE(text(p.shapes[0]));
    CAPTURE(text(p.attributes.integers));
    CHECK(difference(p.of(i % 2 ? one : three), p.by_law()) <= allowed);
  }
}

}  // namespace

TEST_CASE("MaxPool: the law's numbers, also where windows lie in the border, and of NaN") {
  check_pools<MaxPool, float>(0);
  check_pools<MaxPool, double>(0);
}

TEST_CASE("windows of 2 x 2 beside each other, of all widths, instruction sets and threads") {
  std::vector<Cpu> all{Cpu({.threads = 3})};
  for (int set = 0; set <= int(best_instruction_set()); ++set)
    all.push_back(Cpu({.instructions = InstructionSet(set)}));
  for (const Cpu& backend : all)
    for (const Index width : {2, 3, 5, 8, 10, 17, 28, 33, 70})
      for (const Index height : {2, 5, 8}) {
        Pictured<float> p(MaxPool({2, 2}, {2, 2}), {{3, 2, height, width}}, true);
        for (std::size_t n = 0; n < p.inputs[0].size(); n += 11)
          p.inputs[0][n] = std::numeric_limits<float>::quiet_NaN();
        CHECK(difference(p.of(backend), p.by_law()) == 0);
        Pictured<double> q(AveragePool({2, 2}, {2, 2}), {{2, 3, height, width}}, true);
        CHECK(difference(q.of(backend), q.by_law()) == 0);
      }
}

TEST_CASE("AvgPool: the law's numbers, with the border's zeros or without") {
  for (const bool zeros : {false, true}) {
    check_pools<AveragePool, float>(0, zeros);
    check_pools<AveragePool, double>(0, zeros);
  }
}
