// SPDX-License-Identifier: Apache-2.0
// Workers together give what one model gives for the whole batch.
#include <doctest/doctest.h>

#include "../../support/error_of.hpp"
#include "test_pool.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// By the definition, for the whole batch.
void check_outputs(std::span<const PoolTensor> outputs, const Rows& x, float shift = 0) {
  REQUIRE(outputs.size() == 4);
  const Index rows = x.shape[0], columns = x.shape[1];
  CHECK(outputs[0].name == "sum");
  CHECK(outputs[0].shape == Dims{rows});
  CHECK(outputs[1].name == "twice");
  CHECK(outputs[1].shape == x.shape);
  CHECK(outputs[2].shape == Dims{4});
  CHECK(outputs[3].shape == Dims{});
  const auto sum = outputs[0].as<float>();
  const auto twice = outputs[1].as<double>();
  bool right = std::ranges::equal(outputs[2].as<std::int64_t>(), std::vector{1, 2, 3, 4});
  for (Index r = 0; r < rows; ++r) {
    float expected = shift;
    for (Index c = 0; c < columns; ++c) {
      const float value = x.values[std::size_t(r * columns + c)];
      expected += value;
      right = right && twice[std::size_t(r * columns + c)] == 2 * double(value);
    }
    right = right && sum[std::size_t(r)] == expected;
  }
  CHECK(right);
}

}  // namespace

TEST_CASE("any batch over any workers is the whole batch of one model") {
  for (int workers = 1; workers <= 5; ++workers) {
    WorkerPool pool(options(workers));
    for (Index rows : {7, 1, 2, 256, 3, 256, 5}) {
      CAPTURE(workers);
      CAPTURE(rows);
      const Rows x(rows, 3, float(rows));
      check_outputs(pool.predict({x.tensor()}), x);
    }
    const Rows wide(9, 1000);  // other shapes than before
    check_outputs(pool.predict({wide.tensor()}), wide);
    const Rows much(3000, 1000);  // and more memory
    check_outputs(pool.predict({much.tensor()}), much);
    const Rows x(7);
    check_outputs(pool.predict({x.tensor()}), x);
  }
}

TEST_CASE("inputs without a batch come whole to every worker") {
  WorkerPool pool(options(3));
  const Rows x(10);
  const std::vector<float> shift{5, 6};
  check_outputs(pool.predict({x.tensor(), pool_tensor<float>("shift", {2}, shift)}), x, 5);
  check_outputs(pool.predict({x.tensor()}), x);
  const std::vector<float> one{-2};
  check_outputs(pool.predict({x.tensor(), pool_tensor<float>("shift", {}, one)}), x, -2);
}

TEST_CASE("without any batch one worker answers") {
  PoolOptions all = options(2);
  all.without_batch = {"x", "table", "sum", "twice"};
  WorkerPool pool(all);
  const Rows x(4);
  check_outputs(pool.predict({x.tensor()}), x);
}

TEST_CASE("what is written into the pool's memory is not copied") {
  WorkerPool pool(options(2));
  Rows x(6);
  const std::span<float> own = pool.input<float>("x", x.shape);
  for (float first : {0.f, 10.f}) {
    x = Rows(6, 3, first);
    std::ranges::copy(x.values, own.begin());
    check_outputs(pool.predict({pool_tensor<float>("x", x.shape, own)}), x);
    CHECK(pool.input<float>("x", {2, 3}).data() == own.data());
  }
  check_outputs(pool.predict({pool.input(x.tensor())}), x);
  const auto sum = pool.predict({x.tensor()})[1].as<double>();  // outputs become inputs
  const PoolTensor again = pool_tensor<double>("x", x.shape, sum);
  CHECK(error_of([&] { pool.predict({again}); }) ==
        "tenon: workers 0, 1: the tensor x is of float64, not of float32");
  const std::vector<float> values(pool.predict({x.tensor()})[0].as<float>().begin(),
                                  pool.predict({x.tensor()})[0].as<float>().end());
  const auto outputs = pool.predict({x.tensor()});
  Rows sums(6, 1);
  sums.values = values;
  check_outputs(pool.predict({pool_tensor<float>("x", {6, 1}, outputs[0].as<float>())}), sums);
}

TEST_CASE("a batch that is none is said") {
  WorkerPool pool(options(2));
  const Rows x(4), y(3), empty(0);
  CHECK(error_of([&] { pool.predict(std::span<const PoolTensor>()); }) ==
        "tenon: a pool's model has 1 or more inputs, 0 were given");
  CHECK(error_of([&] { pool.predict({empty.tensor()}); }) ==
        "tenon: the input x has 0 rows; legal: 1 or more");
  CHECK(error_of([&] {
          pool.predict({x.tensor(), pool_tensor<float>("z", {3, 3}, y.values)});
        }) ==
        "tenon: the input x has 4 rows, z has 3; legal: as many, or one of them is named as "
        "without_batch");
  CHECK(error_of([&] {
          pool.predict({pool_tensor<float>("x", {4, 4}, x.values)});
        }) == "tenon: the input x of the shape [4, 4] has 48 bytes instead of 64");
  CHECK(error_of([&] {
          pool.predict({x.tensor(), x.tensor()});
        }) == "tenon: the input x was given twice");
  CHECK(error_of([&] {
          pool.predict({pool_tensor<float>(std::string(256, 'x'), {4}, x.values)});
        }).find("has 48 bytes") != std::string::npos);
  const std::string name(256, 'x');
  CHECK(error_of([&] {
          pool.predict({pool_tensor<float>(name, {4, 3}, x.values)});
        }) == "tenon: a pool's tensor has a name of 256 bytes; legal: 255 at most");
  check_outputs(pool.predict({x.tensor()}), x);
  CHECK(error_of([] { WorkerPool none(options(0)); }) ==
        "tenon: a pool of 0 workers; legal: 1 to 1024");
  CHECK(error_of([] { WorkerPool none({.workers = 2}); }) ==
        "tenon: no command for a worker was given");
  CHECK(error_of([] { WorkerPool none({.workers = 2, .command = {"/no/program"}}); }) ==
        "tenon: cannot start /no/program: No such file or directory");
}

TEST_CASE("outputs that do not fit together are said") {
  WorkerPool pool(options(3));
  const Rows x(9);
  const auto error = [&](What what) {
    const std::string text = error_of([&] { pool.predict({x.tensor(), order(what, 1)}); });
    check_outputs(pool.predict({x.tensor()}), x);  // the next one is right
    return text;
  };
  for (int known = 0; known < 2; ++known) {  // before and after the outputs are known
    CHECK(error(lose_rows) ==
          "tenon: worker 1: its output 0, sum, has the shape [2] for 3 rows of the batch; legal: "
          "as many rows, or it is named as without_batch");
    CHECK(error(other_table) ==
          "tenon: worker 1 has another table, which has no batch, than worker 0");
    CHECK(error(no_outputs) == "tenon: worker 1: it has 0 outputs, worker 0 has 4");
    CHECK(error(other_type) ==
          "tenon: worker 1: its output 0 is sum, [3] of int32; worker 0 has sum, [3] of float32");
    CHECK(error(longer_values) ==
          "tenon: worker 1: the output sum has 16 bytes, which is not the shape [3]");
  }
}

TEST_CASE("a host without stdin and stdout has a pool too") {
  const int input = ::fcntl(0, F_DUPFD_CLOEXEC, 10), output = ::fcntl(1, F_DUPFD_CLOEXEC, 10);
  ::close(0), ::close(1);
  std::string error;
  std::vector<float> sum;
  try {
    WorkerPool pool(options(2));
    const auto outputs = pool.predict({Rows(4).tensor()});
    sum.assign(outputs[0].as<float>().begin(), outputs[0].as<float>().end());
  } catch (const Error& wrong) {
    error = wrong.what();
  }
  ::dup2(input, 0), ::dup2(output, 1);
  ::close(input), ::close(output);
  CHECK(error == "");
  CHECK(sum == std::vector<float>{3, 12, 21, 30});
}
