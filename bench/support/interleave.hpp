// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Contenders of one case, measured in turn: a short batch of A, of B, of A, of B, ... so that a
/// machine that is slower for a while is slower for all.
///   std::vector<Times> times = interleave({{"a", a}, {"b", b}}, {.seconds = 1});
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "contender.hpp"
#include "resting_threads.hpp"
#include "together.hpp"

namespace bench {

struct Effort {
  double seconds = 0.5;          // for all contenders of a case together
  double batch_seconds = 1e-3;   // one sample: as many runs as take so long, one at least
  long rounds = 5;               // at least, whatever they take
};

namespace detail {

inline void run_and_check(const Contender& contender) try {
  if (contender.run) contender.run();
  else contender.seconds(1);
  if (contender.check) contender.check();
} catch (const std::exception& wrong) {
  throw std::runtime_error(contender.name + ": " + wrong.what());
}

/// Seconds of one run, of so many in a row. @param a_run seconds that one takes, about
inline double sample(const Contender& contender, long runs, double a_run, Together& ranks) {
  if (contender.seconds) return contender.seconds(runs) / double(runs);
  wait_until_others_sleep();
  // Wakes its workers and warms its caches: what takes long hardly gains from it.
  const long warming = std::max(runs / 4, long(a_run < 20e-3));
  for (long i = 0; i < warming; ++i) contender.run();
  ranks.meet();
  const double start = now();
  for (long i = 0; i < runs; ++i) contender.run();
  return ranks.slowest(start, now()) / double(runs);
}

/// Of one process, whatever others do.
inline double sample(const Contender& contender, long runs) {
  Together alone;
  return sample(contender, runs, 1, alone);
}

struct Estimate {
  long runs;     // of a sample
  double a_run;  // seconds
};

/// The first run includes what is only done once; some are made before the clock starts.
inline Estimate estimate(const Contender& contender, const Effort& effort, Together& ranks) {
  double one = sample(contender, 1, 1, ranks);
  for (const long tries : {2l, 16l, 16l, 16l})
    if (one * double(tries) < 4 * effort.batch_seconds)
      one = std::min(one, sample(contender, tries, one, ranks));
  const double runs = std::ceil(effort.batch_seconds / std::max(one, 1e-9));
  return {long(ranks.agree(std::clamp(runs, 1.0, 1e6))), one};
}

inline Times times_of(std::vector<double> samples, long runs) {
  std::sort(samples.begin(), samples.end());
  return {samples.front(), samples[samples.size() / 2], long(samples.size()), runs};
}

}  // namespace detail

/// Every rank has the same contenders in the same order, and gets the same times. Each is run once
/// and checked before anything is timed. @throws what a contender's check throws
inline std::vector<Times> interleave(const std::vector<Contender>& contenders,
                                     const Effort& effort, Together& ranks) {
  const std::size_t count = contenders.size();
  std::vector<detail::Estimate> estimates;
  for (std::size_t i = 0; i < count; ++i) {
    detail::run_and_check(contenders[i]);
    estimates.push_back(detail::estimate(contenders[i], effort, ranks));
  }
  std::vector<std::vector<double>> samples(count);
  const double start = now();
  for (long round = 0;; ++round) {
    const bool on = round < effort.rounds || now() - start < effort.seconds;
    if (ranks.agree(on) == 0) break;
    for (std::size_t i = 0; i < count; ++i) {  // another one begins each round
      const std::size_t turn = (i + std::size_t(round)) % count;
      const auto [runs, a_run] = estimates[turn];
      samples[turn].push_back(detail::sample(contenders[turn], runs, a_run, ranks));
    }
  }
  std::vector<Times> times;
  for (std::size_t i = 0; i < count; ++i)
    times.push_back(detail::times_of(std::move(samples[i]), estimates[i].runs));
  return times;
}
/// In one process.
inline std::vector<Times> interleave(const std::vector<Contender>& contenders,
                                     const Effort& effort = {}) {
  Together alone;
  return interleave(contenders, effort, alone);
}

}  // namespace bench
