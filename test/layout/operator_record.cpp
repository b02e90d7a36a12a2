// SPDX-License-Identifier: Apache-2.0
#include "recorded.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("MatMul: a, b, c, and what is left at the right") {
  const Recorded r = recorded(MatMul{}, {{8, 512}, {512, 10}}, {{2, 2}, {2, 1}}, 8);
  CHECK(r.record.device_matrix == Axes{2, 2, 1, 2});
  CHECK(r.in(0) == map({3, 2}));
  CHECK(r.in(1) == map({2, 1}));
  CHECK(r.out() == map({3, 1}));
  CHECK(r.record.repeated_calc_num == 2);
  CHECK(r.record.repeated_right);
  CHECK(r.record.forward.name() == "AllReduce");
  CHECK(r.record.forward.axes == Axes{1});
  CHECK(group(r.record.forward.digits, 0) == List<Index>{0, 2});
  CHECK(group(r.record.forward.digits, 5) == List<Index>{5, 7});
}

TEST_CASE("MatMul: transposed operands, batches, dimensions of size one") {
  const Recorded t = recorded(MatMul(true, true), {{8, 16}, {32, 8}}, {{2, 4}, {1, 2}}, 8);
  CHECK(t.record.device_matrix == Axes{4, 2, 1});
  CHECK(t.in(0) == map({1, 2}));
  CHECK(t.in(1) == map({0, 1}));
  const Recorded b =
      recorded(MatMul{}, {{2, 4, 8, 16}, {2, 1, 16, 1}}, {{2, 4, 1, 2}, {2, 1, 2, 1}}, 16);
  CHECK(b.record.device_matrix == Axes{2, 4, 1, 2, 1});
  CHECK(b.in(0) == map({4, 3, 2, 1}));
  CHECK(b.in(1) == map({4, -1, 1, -1}));
  CHECK(b.out() == map({4, 3, 2, 0}));
}

TEST_CASE("MatMul: an output split may scatter the sums over the rows") {
  const Recorded r = recorded(MatMul{}, {{8, 512}, {512, 10}}, {{{2, 2}, {2, 1}}, {4, 1}}, 8);
  CHECK(r.record.forward.name() == "ReduceScatter");
  CHECK(r.record.outputs[0].device_matrix == Axes{4, 1, 2});
  CHECK(r.out() == map({2, 1}));
  const Recorded same = recorded(MatMul{}, {{8, 512}, {512, 10}}, {{{2, 2}, {2, 1}}, {2, 1}}, 8);
  CHECK(same.record.forward.name() == "AllReduce");
  CHECK(same.out() == map({3, 1}));
}

TEST_CASE("MatMul: equal splits over all devices are blocks of all three matrices") {
  const Recorded r = recorded(MatMul{}, {{8, 16}, {16, 32}}, {{2, 4}, {2, 4}}, 8);
  CHECK(r.record.device_matrix == Axes{2, 4});
  for (const AxisMap& m : {r.in(0), r.in(1), r.out()}) CHECK(m == map({1, 0}));
  CHECK(!r.record.forward);
}

TEST_CASE("Add: a repeated dimension is mapped only where nothing cuts it") {
  const Recorded both = recorded(Add{}, {{1, 48}, {48, 1}}, {{1, 8}, {4, 1}}, 32);
  CHECK(both.record.device_matrix == Axes{4, 8});
  CHECK(both.in(0) == map({-1, 0}));
  CHECK(both.in(1) == map({1, -1}));
  const Recorded uncut = recorded(Add{}, {{1, 48}, {48, 1}}, {{1, 8}, {1, 1}}, 8);
  CHECK(uncut.in(0) == map({1, 0}));
  const Recorded scalar = recorded(Mul{}, {{64, 1}, {}}, {{4, 1}, {}}, 8);
  CHECK(scalar.record.device_matrix == Axes{4, 1, 2});
  CHECK(scalar.in(1) == map({}));
}

TEST_CASE("PReLU: one slope for all channels is not mapped") {
  CHECK(recorded(PReLU{}, {{64, 4}, {4}}, {{2, 4}, {4}}, 8).in(1) == map({0}));
  CHECK(recorded(PReLU{}, {{64, 4}, {1}}, {{2, 4}, {1}}, 8).in(1) == map({-1}));
  CHECK(recorded(PReLU{}, {{64, 1}, {1}}, {{8, 1}, {1}}, 8).in(1) == map({-1}));
  CHECK(recorded(BiasAdd{}, {{128, 64}, {64}}, {{1, 8}, {8}}, 8).in(1) == map({0}));
}

TEST_CASE("OneHot: the indices' axis is the first") {
  const Recorded r = recorded(OneHot(10, 0), {{64}}, {{2, 4}}, 16);
  CHECK(r.record.device_matrix == Axes{4, 2, 2});
  CHECK(r.in(0) == map({2}));
  CHECK(r.out() == map({1, 2}));
}

TEST_CASE("LayerNorm: mean and variance are whole from the axis on") {
  const Recorded r =
      recorded(LayerNorm(2), {{16, 64, 32}, {64, 32}, {32}}, {{2, 4, 1}, {4, 1}, {1}}, 8);
  CHECK(r.in(0) == map({2, 1, 0}));
  CHECK(r.in(1) == map({1, 0}));
  CHECK(r.in(2) == map({0}));
  CHECK(r.out(1) == map({2, 1, -1}));
  CHECK(r.record.outputs[2].shape == Dims{16, 64, 1});
}

TEST_CASE("ReduceSum: all cut dimensions that are summed") {
  const Recorded r = recorded(ReduceSum({0, 2}, true), {{16, 32, 64}}, {{2, 1, 2}}, 8);
  CHECK(r.out() == map({-1, 2, -1}));
  CHECK(r.record.forward.axes == Axes{0, 2});
  CHECK(group(r.record.forward.digits, 0) == List<Index>{0, 2, 4, 6});
}
