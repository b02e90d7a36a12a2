// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One of those who do the same work:  Contender{"openblas", [&] { dense(x, w, y); }}
#include <functional>
#include <string>

namespace bench {

struct Contender {
  std::string name;
  std::function<void()> run;
  /// Who measures itself (a child process, a ceiling) answers the seconds of so many runs instead.
  std::function<double(long)> seconds = nullptr;
  /// What it did was right; asked once, after its first run. Throws what is wrong.
  std::function<void()> check = nullptr;
};

/// Seconds of one run, over the samples.
struct Times {
  double min = 0, median = 0;
  long samples = 0, runs_a_sample = 0;
};

}  // namespace bench
