// SPDX-License-Identifier: Apache-2.0
// The main program of the pool's tests, which is also its own worker, and a pool's host to be
// killed.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <cstdlib>

#include <tenon/model/pool/serve_worker.hpp>

#include "test_pool.hpp"

namespace tenon::test {
namespace {

/// sum[r] = sum over c of x[r, c] + shift; twice = 2 x, in double; table = {1, 2, 3, 4}
class TestModel {
 public:
  explicit TestModel(int worker) : worker_(worker) {}

  const std::vector<PoolTensor>& predict(std::span<const PoolTensor> inputs) {
    What what = nothing;
    float shift = 0;
    for (const PoolTensor& input : inputs) {
      if (input.name == "order" && input.as<std::int32_t>()[1] == worker_)
        what = What(input.as<std::int32_t>()[0]);
      if (input.name == "shift") shift = input.as<float>()[0];
    }
    obey(what);
    const PoolTensor& x = inputs[0];
    if (!x.shape.empty()) compute(x, shift);
    const Index rows = x.shape.empty() ? 0 : x.shape[0] - (what == lose_rows);
    table_ = {1, 2, 3, what == other_table ? 5 : 4};
    outputs_.clear();
    if (what == no_outputs) return outputs_;
    outputs_.push_back(pool_tensor<float>(
        "sum", {rows}, std::span(sum_).first(std::size_t(rows + (what == longer_values)))));
    if (what == other_type) outputs_[0].element = Element::int32;
    outputs_.push_back(pool_tensor<double>("twice", x.shape, twice_));
    outputs_.push_back(pool_tensor<std::int64_t>("table", {4}, table_));
    outputs_.push_back(pool_tensor<std::int64_t>("scalar", {}, std::span(table_).first(1)));
    return outputs_;
  }

 private:
  void compute(const PoolTensor& x, float shift) {
    sum_.assign(std::size_t(x.shape[0] + 1), shift);
    twice_.clear();
    const auto values = x.as<float>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum_[i / (values.size() / std::size_t(x.shape[0]))] += values[i];
      twice_.push_back(2 * double(values[i]));
    }
  }
  static void obey(What what) {
    int number = 0, pipe = -1;
    std::sscanf(std::getenv("TENON_WORKER"), "%d %d", &number, &pipe);
    if (what == fail) throw Error("the weather is bad");
    if (what == fail_oddly) throw 42;
    if (what == be_killed) ::raise(SIGKILL);
    if (what == crash) ::signal(SIGSEGV, SIG_DFL), ::raise(SIGSEGV);
    if (what == leave) ::_exit(5);
    if (what == sleep) ::sleep(1000);
    if (what == babble) ::send(pipe, "babble", 6, 0);
    if (what == close_pipe) ::shutdown(pipe, SHUT_RDWR), ::sleep(1000);
  }

  int worker_;
  std::vector<float> sum_;
  std::vector<double> twice_;
  std::vector<std::int64_t> table_;
  std::vector<PoolTensor> outputs_;
};

/// How the worker of this number behaves while it is built; the others build at once.
TestModel built(int worker, const std::string& how) {
  if (worker == 1 && how == "fails") throw std::runtime_error("there is no model");
  if (worker == 1 && how == "is killed") ::raise(SIGKILL);
  if (worker == 1 && how == "leaves") std::exit(3);
  if (worker == 1 && how == "sleeps") ::sleep(1000);
  if (how == "environment" && std::getenv("TENON_TEST_A"))
    throw Error(std::string(std::getenv("TENON_TEST_A"))
                    .append(std::getenv("TENON_TEST_B") ? " and B" : " alone"));
  return TestModel(worker);
}

/// Tells the numbers of its workers' processes, works, and never ends.
int host(const std::string& how, int tell) {
  WorkerPool pool(options(3, {"worker", how == "building" ? "sleeps" : ""}));
  for (int i = 0; i < 3; ++i) {
    const ::pid_t id = pool.process_of(i);
    if (::write(tell, &id, sizeof id) != sizeof id) return 1;
  }
  const Rows x(30);
  if (how == "building") pool.build();
  else if (how == "idle") pool.predict({x.tensor()});
  if (::write(tell, "", 1) != 1) return 1;
  for (;;)
    if (how == "predicting") pool.predict({x.tensor(), order(What::sleep, 1)});
    else ::sleep(1000);
}

}  // namespace
}  // namespace tenon::test

int main(int argc, char** argv) {
  using namespace tenon::test;
  const std::string mode = argc > 1 ? argv[1] : "", how = argc > 2 ? argv[2] : "";
  if (mode == "worker")
    return tenon::serve_worker([&](int worker) { return built(worker, how); }) ? 0 : 1;
  if (mode == "host") return host(how, std::atoi(argv[3]));
  return doctest::Context(argc, argv).run();
}
