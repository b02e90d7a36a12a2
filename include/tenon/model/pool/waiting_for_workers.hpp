// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Until every worker that was asked has answered, or has ended, or is late and is ended.
#include <tenon/model/pool/pool_worker.hpp>

namespace tenon {

/// "worker 1 was ended by signal 9 (SIGKILL)"; the same of several is said once.
/// @throws Error where a worker failed.
inline void throw_failures(std::span<PoolWorker* const> workers) {
  std::vector<std::pair<std::string, std::string>> said;  // text, numbers
  for (const PoolWorker* worker : workers) {
    if (worker->failure().empty()) continue;
    const auto same = std::find_if(said.begin(), said.end(),
                                   [&](const auto& one) { return one.first == worker->failure(); });
    const std::string number = std::to_string(worker->number());
    if (same == said.end()) said.emplace_back(worker->failure(), number);
    else same->second.append(", ").append(number);
  }
  std::string all;
  for (const auto& [text, numbers] : said)
    all.append(all.empty() ? "" : "; ")
        .append(numbers.find(',') == std::string::npos ? "worker " : "workers ")
        .append(numbers)
        .append(text);
  if (!all.empty()) throw Error(all);
}

class WaitingForWorkers {
 public:
  /// Collects all answers before it tells of failures, so that the next request finds nobody busy.
  /// @param patience 0: without end.  @throws Error as throw_failures
  void wait(std::span<PoolWorker* const> workers, std::chrono::nanoseconds patience) {
    const Deadline deadline = deadline_after(patience);
    for (;;) {
      busy_.clear(), ends_.clear();
      for (PoolWorker* worker : workers) {
        if (worker->state() == PoolWorker::asked) worker->look(room_);
        if (worker->state() != PoolWorker::asked) continue;
        busy_.push_back(worker);
        // The last one's answer wakes this process, and anyone's end.
        ends_.push_back({worker->channel().number(), 0, 0});
      }
      if (busy_.empty()) return throw_failures(workers);
      if (is_over(deadline)) {
        for (PoolWorker* worker : busy_)
          worker->drop(sentence(" did not answer within ", patience.count() / 1'000'000, " ms"));
        continue;
      }
      ends_.back().events = POLLIN;
      ::poll(ends_.data(), nfds_t(ends_.size()), milliseconds_to(deadline));
    }
  }

 private:
  PoolMessage room_;
  std::vector<PoolWorker*> busy_;
  std::vector<pollfd> ends_;
};

}  // namespace tenon
