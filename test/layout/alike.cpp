// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/alike.hpp>
#include <tenon/layout/exchange.hpp>

#include "device_matrices.hpp"

using namespace tenon;

namespace {

/// What a rank takes and gives.
struct RankTraffic {
  Index received = 0, sent = 0, messages = 0;
  friend bool operator==(const RankTraffic&, const RankTraffic&) = default;
};
RankTraffic traffic_of(const Distribution& from, const Distribution& to, Index rank,
                       Index devices) {
  const Sent gives = sent(from, to, rank, devices);
  return {received(from, to, rank), gives.elements, gives.messages};
}

/// How many pairs are said to be alike; each of them is.
Index count_alike(const Dims& from_matrix, const Dims& to_matrix, const Dims& shape) {
  Index count = 0;
  const Index devices = product(from_matrix);
  for (const Distribution& from : distributions(from_matrix, shape, true))
    for (const Distribution& to : distributions(to_matrix, shape, false)) {
      if (!alike_on_all_ranks(from, to)) continue;
      ++count;
      const RankTraffic first = traffic_of(from, to, 0, devices);
      for (Index rank = 1; rank < devices; ++rank)
        REQUIRE(traffic_of(from, to, rank, devices) == first);
    }
  return count;
}

}  // namespace

TEST_CASE("where all ranks are said to be alike, each takes and gives as much as rank 0") {
  Index count = 0;
  for (const Dims& matrix : device_matrices())
    for (const Dims& shape : {Dims{8, 8}, Dims{24, 36}, Dims{60}, Dims{7, 5}, Dims{12, 2, 6}})
      count += count_alike(matrix, matrix, shape);
  for (const Dims& from : {Dims{2, 3}, Dims{3, 2}, Dims{6}})
    for (const Dims& to : {Dims{2, 3}, Dims{3, 2}, Dims{6}})
      count += count_alike(from, to, {36, 12});
  CHECK(count > 1000);
}

TEST_CASE("collectives over equal blocks are alike; other blocks, and blocks that cross, are not") {
  const Dims shape{32, 512};
  const Distribution rows = whole(shape).cut(0, {{8, 1}}), columns = whole(shape).cut(1, {{8, 1}}),
                     partial = whole(shape).cut(Cut::sum, {{8, 1}});
  CHECK(alike_on_all_ranks(rows, whole(shape)));
  CHECK(alike_on_all_ranks(rows, columns));
  CHECK(alike_on_all_ranks(partial, whole(shape)));
  CHECK(alike_on_all_ranks(partial, rows));
  CHECK(!alike_on_all_ranks(whole({7}).cut(0, {{8, 1}}), whole({7})));
  CHECK(!alike_on_all_ranks(whole({8}).cut(0, {{2, 2}, {2, 1}, {2, 4}}),
                            whole({8}).cut(0, {{2, 1}, {2, 2}})));
}
