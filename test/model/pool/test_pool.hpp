// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Pools whose workers are this program: main.cpp gives them a model that also fails as it is told.
///   WorkerPool pool(options(2));  pool.predict({x.tensor(), order(crash, 1)});
#include <signal.h>

#include <filesystem>
#include <algorithm>
#include <numeric>

#include <tenon/model/pool/worker_pool.hpp>

namespace tenon::test {

/// What the input "order" tells one worker to do instead: {what, worker}
enum What : std::int32_t {
  nothing,
  fail,
  fail_oddly,
  be_killed,
  crash,
  leave,
  sleep,
  babble,
  close_pipe,
  lose_rows,
  other_table,
  no_outputs,
  other_type,
  longer_values
};

inline PoolOptions options(int workers, std::vector<std::string> words = {"worker"}) {
  PoolOptions made{.workers = workers, .command = {"/proc/self/exe"}};
  made.command.insert(made.command.end(), words.begin(), words.end());
  made.without_batch = {"order", "table", "shift"};
  made.patience = std::chrono::seconds(20);
  return made;
}

/// x[r, c] = 3 r + c, and more from call to call.
struct Rows {
  explicit Rows(Index rows, Index columns = 3, float first = 0)
      : shape{rows, columns}, values(std::size_t(rows * columns)) {
    std::iota(values.begin(), values.end(), first);
  }
  PoolTensor tensor() const { return pool_tensor<float>("x", shape, values); }
  Dims shape;
  std::vector<float> values;
};

/// Until the next call.
inline PoolTensor order(What what, int worker) {
  static std::int32_t words[2];
  words[0] = what, words[1] = worker;
  return pool_tensor<std::int32_t>("order", {2}, words);
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

}  // namespace tenon::test
