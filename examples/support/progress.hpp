// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A bar on rank 0's terminal, redrawn ten times a second; nothing where stdout is no terminal.
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

/// Whether stdout ends at a terminal. mpirun gives its ranks a terminal of its own, and writes on:
/// then it is mpirun's stdout that counts.
inline bool stdout_is_terminal() {
  if (!std::getenv("OMPI_COMM_WORLD_SIZE")) return isatty(STDOUT_FILENO);
  char target[64]{};
  const std::string link = std::string("/proc/").append(std::to_string(getppid())).append("/fd/1");
  if (readlink(link.c_str(), target, sizeof target - 1) < 0) return false;
  const std::string name = target;
  return name.starts_with("/dev/pts/") || name.starts_with("/dev/tty");
}

class Progress {
 public:
  Progress(std::string what, std::int64_t total, bool shown)
      : what_(std::move(what)), total_(total), shown_(shown && stdout_is_terminal()) {}
  void at(std::int64_t done) {
    using namespace std::chrono;
    const auto now = steady_clock::now();
    if (!shown_ || (done < total_ && now - drawn_ < milliseconds(100))) return;
    drawn_ = now;
    constexpr int width = 40;
    const int full = int(done * width / (total_ ? total_ : 1));
    std::printf("\r%s [%s%s] %lld of %lld", what_.c_str(),
                std::string(std::size_t(full), '#').c_str(),
                std::string(std::size_t(width - full), '.').c_str(), static_cast<long long>(done),
                static_cast<long long>(total_));
    if (done == total_) std::printf("\r\033[K");
    std::fflush(stdout);
  }

 private:
  std::string what_;
  std::int64_t total_;
  bool shown_;
  std::chrono::steady_clock::time_point drawn_{};
};
