// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The workers of one contender go on spinning for a while after its last run; the next one does
/// not begin before they sleep:  wait_until_others_sleep();
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace bench {

/// No other thread of this process runs, by the states that Linux tells.
inline bool others_sleep() {
  const std::string own = std::to_string(::syscall(SYS_gettid));
  std::error_code gone;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", gone)) {
    if (thread.path().filename() == own) continue;
    std::ifstream file(thread.path() / "stat");
    std::string stat;
    std::getline(file, stat);  // "12 (name) R ...", the name may hold anything
    const auto end = stat.rfind(')');
    if (end != std::string::npos && end + 2 < stat.size() && stat[end + 2] == 'R') return false;
  }
  return true;
}

/// Waits 50 ms at most: who never sleeps disturbs all others alike.
inline void wait_until_others_sleep() {
  for (int i = 0; i < 500 && !others_sleep(); ++i)
    std::this_thread::sleep_for(std::chrono::microseconds(100));
}

}  // namespace bench
