// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which of cuBLASLt's algorithms does a product, by problem, remembered for all threads of a
/// device:  ways.remember(problem, 3);  ways.find(problem) == 3
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

namespace tenon::detail {

class CudaWays {
 public:
  std::optional<std::uint64_t> find(std::uint64_t problem) const {
    const std::lock_guard lock(mutex_);
    const auto found = ways_.find(problem);
    return found == ways_.end() ? std::optional<std::uint64_t>() : found->second;
  }
  void remember(std::uint64_t problem, std::uint64_t way) {
    const std::lock_guard lock(mutex_);
    ways_[problem] = way;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> ways_;
};

}  // namespace tenon::detail
