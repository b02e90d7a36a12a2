// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "../pictures.hpp"

#include <tenon/backend/cpu/cpu.hpp>

using namespace tenon;

namespace {

std::vector<Cpu> backends() {
  std::vector<Cpu> all;
  for (int set = 0; set <= int(best_instruction_set()); ++set)
    all.push_back(Cpu({.instructions = InstructionSet(set)}));
  for (const int threads : {2, 3}) all.push_back(Cpu({.threads = threads}));
  return all;
}

template <class T>
Pictured<T> random_convolution(Index most_channels, Index largest, bool exact) {
  const Index groups = between(0, 3) ? 1 : between(1, 4);
  const Conv2d c({between(1, 3), between(1, 3)},
                 {between(0, 2), between(0, 2), between(0, 2), between(0, 2)},
                 {between(1, 2), between(1, 2)}, groups);
  const Index in = between(1, most_channels), out = between(0, most_channels);
  Pictured<T> p(c,
                {{between(0, 3), groups * in, between(7, largest), between(7, largest)},
                 {groups * out, in, between(1, 4), between(1, 4)}},
                exact);
  if (between(0, 1)) p.add_bias(exact);
  const Operator* const activations[] = {nullptr, &ReLU::info, &GELU::info};
  p.activation = activations[between(0, exact ? 1 : 2)];
  p.weight_is_parameter = between(0, 2);
  return p;
}

template <class T>
void check_convolutions(int times, Index most_channels, Index largest) {
  const auto all = backends();
  for (int i = 0; i < times; ++i) {
    Pictured<T> p = random_convolution<T>(most_channels, largest, i % 2);
    const double terms = double(product(p.shapes[1])) / double(std::max<Index>(p.shapes[1][0], 1));
    CAPTURE(text(p.shapes[0]));
    CAPTURE(text(p.shapes[1]));
    CAPTURE(text(p.attributes.integers));
    CHECK(difference(p.of(all[std::size_t(i) % all.size()]), p.by_law()) <=
          (i % 2 ? 0 : (terms + 1) * double(std::numeric_limits<T>::epsilon())));
  }
}

}  // namespace

TEST_CASE("Conv2D: the sums over channels and windows, + bias, then the activation, as the law") {
  check_convolutions<float>(600, 3, 9);
  check_convolutions<double>(600, 3, 9);
  check_convolutions<float>(60, 20, 40);
  check_convolutions<double>(30, 20, 40);
}

TEST_CASE("Conv2D: channels at the borders of tiles, of pictures narrow and wide") {
  for (const Cpu& backend : backends())
    for (const Index channels : {1, 6, 12, 13, 16, 25})
      for (const Index width : {3, 10, 16, 17, 33, 70}) {
        Pictured<float> p(Conv2d({1, 1}, {1, 1, 1, 1}), {{2, 2, 4, width}, {channels, 2, 3, 3}},
                          true);
        CHECK(difference(p.of(backend), p.by_law()) == 0);
      }
}

TEST_CASE("Conv2D: windows and weights that are more than the caches hold") {
  for (const int threads : {1, 2}) {
    Pictured<double> p(Conv2d({1, 1}, {1, 1, 1, 1}), {{1, 90, 9, 19}, {100, 90, 3, 3}}, true);
    p.add_bias(true);
    p.activation = &ReLU::info;
    CHECK(difference(p.of(Cpu({.threads = threads})), p.by_law()) == 0);
  }
}

TEST_CASE("Conv2D: no channels, no images, and a picture that is all border") {
  Pictured<float> none(Conv2d{}, {{2, 0, 5, 5}, {3, 0, 2, 2}}, true);
  none.add_bias(true);
  CHECK(difference(none.of(Cpu{}), none.by_law()) == 0);
  Pictured<float> empty(Conv2d{}, {{0, 2, 5, 5}, {3, 2, 2, 2}}, true);
  CHECK(empty.of(Cpu{}).empty());
  Pictured<float> border(Conv2d({1, 1}, {1, 1, 1, 1}), {{1, 2, 0, 0}, {3, 2, 2, 2}}, true);
  CHECK(difference(border.of(Cpu{}), border.by_law()) == 0);
}

TEST_CASE("Conv2D: NaN reaches the windows that have it, and no others") {
  for (const Cpu& backend : backends())
    for (int at = 0; at < 2 * 6 * 7; at += 5) {
      Pictured<float> p(Conv2d({1, 1}, {0, 1, 1, 0}), {{1, 2, 6, 7}, {5, 2, 3, 2}}, true);
      p.inputs[0][std::size_t(at)] = std::numeric_limits<float>::quiet_NaN();
      CHECK(difference(p.of(backend), p.by_law()) == 0);
    }
}

TEST_CASE("Conv2D: one order of addition for any images, threads and cuts of the channels") {
  constexpr Index channels = 13;
  const Cpu cpu({.reproducible = true}), three({.threads = 3, .reproducible = true});
  const SumBlocks all = sum_blocks(channels, 1, 0);
  Pictured<float> whole(Conv2d({2, 1}, {1, 0, 0, 1}), {{4, channels, 9, 20}, {7, channels, 3, 3}},
                        false);
  whole.blocks = &all;
  const std::vector<float> y = whole.of(cpu);
  CHECK(difference(y, whole.by_law()) < 1e-4);
  CHECK(whole.of(three) == y);
  Pictured<float> first = whole;  // the first image alone
  first.shapes[0][0] = first.result[0] = 1;
  CHECK(first.of(cpu) == std::vector<float>(y.begin(), y.begin() + std::ptrdiff_t(y.size() / 4)));
  for (const Index parts : {2, 3, 4, 6, 12}) {  // sums that are left are joined as the tree says
    std::vector<std::vector<float>> stack;
    for (Index part = 0; part < parts; ++part) {
      const Interval here = balanced_block(channels, parts, part);
      const SumBlocks blocks = sum_blocks(channels, parts, part);
      Pictured<float> p = whole;
      p.blocks = &blocks;
      for (const int operand : {0, 1}) {
        const Dims& shape = whole.shapes[std::size_t(operand)];
        const Index plane = shape[2] * shape[3];
        p.shapes[std::size_t(operand)][1] = here.size();
        p.inputs[std::size_t(operand)].clear();
        for (Index i = 0; i < shape[0]; ++i) {
          const auto begin = whole.inputs[std::size_t(operand)].begin() +
                             std::ptrdiff_t((i * channels + here.first) * plane);
          p.inputs[std::size_t(operand)].insert(p.inputs[std::size_t(operand)].end(), begin,
                                                begin + std::ptrdiff_t(here.size() * plane));
        }
      }
      const std::vector<float> sums = p.of(cpu);
      REQUIRE(sums.size() == y.size() * blocks.sums());
      for (std::size_t s = 0; s < blocks.sums(); ++s) {
        const auto begin = sums.begin() + std::ptrdiff_t(s * y.size());
        stack.emplace_back(begin, begin + std::ptrdiff_t(y.size()));
        for (int join = blocks.later[s]; join > 0; --join) {
          for (std::size_t i = 0; i < y.size(); ++i) stack[stack.size() - 2][i] += stack.back()[i];
          stack.pop_back();
        }
      }
    }
    REQUIRE(stack.size() == 1);
    CHECK(stack[0] == y);
  }
}
