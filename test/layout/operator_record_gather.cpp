// SPDX-License-Identifier: Apache-2.0
#include "recorded.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Gather: an axis that is whole") {
  const Recorded r = recorded(Gather(1), {{64, 32}, {64, 64}}, {{8, 1}, {1, 1}}, 8);
  CHECK(r.record.device_matrix == Axes{1, 1, 8, 1});
  CHECK(r.in(0) == map({1, 0}));
  CHECK(r.in(1) == map({3, 2}));
  CHECK(r.out() == map({1, 3, 2}));
  CHECK(!r.record.forward);
}

TEST_CASE("Gather: axis 0 cut, the sums scattered where the indices divide") {
  const Recorded r = recorded(Gather{}, {{64, 64}, {64, 64}}, {{2, 4}, {1, 1}}, 8);
  CHECK(r.record.device_matrix == Axes{2, 4});
  CHECK(r.in(1) == map({-1, -1}));
  CHECK(r.out() == map({1, -1, 0}));
  CHECK(r.record.forward.name() == "ReduceScatter");
  CHECK(r.record.forward.axes == Axes{0});
  const Recorded left = recorded(Gather{}, {{64, 64}, {2, 64}}, {{4, 1}, {1, 1}}, 8);
  CHECK(left.record.device_matrix == Axes{2, 4, 1});
  CHECK(!left.record.repeated_right);
  CHECK(left.out() == map({-1, -1, 0}));
  CHECK(left.record.forward.name() == "AllReduce");
  CHECK(left.record.forward.axes == Axes{1});
  CHECK(recorded(Gather{}, {{64}, {64, 64}}, {{8}, {1, 1}}, 8).out() == map({0, -1}));
}

TEST_CASE("Gather: table and indices cut together") {
  const Recorded rows = recorded(Gather{}, {{64, 64}, {64, 64}}, {{4, 1}, {2, 1}}, 8);
  CHECK(rows.record.device_matrix == Axes{2, 4});
  CHECK(rows.in(0) == map({0, -1}));
  CHECK(rows.in(1) == map({1, -1}));
  CHECK(rows.out() == map({1, -1, -1}));
  CHECK(rows.record.forward.name() == "AllReduce");
  const Recorded scattered =
      recorded(Gather{}, {{64, 64}, {64, 64}}, {{{4, 1}, {2, 1}}, {8, 1, 1}}, 8);
  CHECK(scattered.record.outputs[0].device_matrix == Axes{8});
  CHECK(scattered.out() == map({0, -1, -1}));
  const Recorded vector = recorded(Gather{}, {{64, 64}, {64}}, {{2, 2}, {2}}, 8);
  CHECK(vector.record.device_matrix == Axes{2, 2, 2});
  CHECK(vector.out() == map({2, 0}));
  CHECK(vector.record.forward.axes == Axes{1});
  const Recorded both = recorded(Gather{}, {{64, 64}, {64, 64}}, {{2, 1}, {2, 2}}, 8);
  CHECK(both.record.device_matrix == Axes{2, 2, 2});
  CHECK(both.out() == map({2, 1, -1}));
}

TEST_CASE("Gather: axis 1 cut, the rows cut again") {
  const Recorded r = recorded(Gather(1), {{64, 32}, {64, 64}}, {{2, 4}, {1, 1}}, 8);
  CHECK(r.record.device_matrix == Axes{2, 4});
  CHECK(r.record.forward.name() == "ReduceScatter");
  CHECK(r.record.forward.axes == Axes{1});
  CHECK(r.record.outputs[0].device_matrix == Axes{1, 8});
  CHECK(r.out() == map({0, -1, -1}));
}
