// SPDX-License-Identifier: Apache-2.0
#include <tenon/model/pool/row_slices.hpp>

#include <doctest/doctest.h>

using namespace tenon;

TEST_CASE("slices are balanced, in order, and all of the batch") {
  for (int workers = 1; workers <= 9; ++workers)
    for (Index rows : {Index(1), Index(2), Index(7), Index(256), Index(1) << 62}) {
      Index end = 0;
      for (int i = 0; i < workers; ++i) {
        const RowSlice slice = slice_of(i, workers, rows);
        REQUIRE(slice.begin == end);
        REQUIRE(slice.rows() >= rows / workers);
        REQUIRE(slice.rows() <= rows / workers + 1);
        end = slice.end;
      }
      REQUIRE(end == rows);
    }
  CHECK(slice_of(1, 2, 7) == RowSlice{3, 7});
}

TEST_CASE("rows of a tensor are a part of its memory") {
  const std::vector<float> values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const PoolTensor rows = rows_of_tensor(pool_tensor<float>("x", {4, 3}, values), {1, 3});
  CHECK(rows.shape == Dims{2, 3});
  CHECK(rows.as<float>().data() == &values[3]);
  CHECK(rows.as<float>().size() == 6);
}
