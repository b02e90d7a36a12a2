// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A bar of bytes on stderr for those who wait: shown on a terminal after a second, redrawn ten
/// times a second, wiped away at the end or on an error.
///   transform [############............................] 1.2 of 4.0 GiB
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

/// "1.8 MiB".
inline std::string bytes_text(std::int64_t bytes) {
  constexpr const char* units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  int unit = 0;
  double size = double(bytes);
  for (; size >= 1024 && unit < 4; ++unit) size /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
  return text;
}

class BytesProgress {
 public:
  explicit BytesProgress(std::string what) : what_(std::move(what)) {}
  BytesProgress(const BytesProgress&) = delete;
  BytesProgress& operator=(const BytesProgress&) = delete;
  ~BytesProgress() { wipe(); }

  void at(std::int64_t done, std::int64_t total) {
    using namespace std::chrono;
    const auto now = steady_clock::now();
    if (!is_terminal_ || now - begin_ < seconds(1)) return;
    if (done >= total) return wipe();
    if (is_drawn_ && now - drawn_ < milliseconds(100)) return;
    drawn_ = now;
    is_drawn_ = true;
    constexpr int width = 40;
    const int full = total > 0 ? int(double(done) / double(total) * width) : 0;
    std::fprintf(stderr, "\r%s [%s%s] %s of %s\033[K", what_.c_str(),
                 std::string(std::size_t(full), '#').c_str(),
                 std::string(std::size_t(width - full), '.').c_str(), bytes_text(done).c_str(),
                 bytes_text(total).c_str());
  }

 private:
  void wipe() {
    if (is_drawn_) std::fprintf(stderr, "\r\033[K");
    is_drawn_ = false;
  }

  std::string what_;
  bool is_terminal_ = isatty(STDERR_FILENO) != 0, is_drawn_ = false;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now(), drawn_{};
};
