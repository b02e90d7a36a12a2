// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How the threads wait that are the ranks of one process (comm/virtual_ranks.hpp): asleep, until
/// another wakes them. When all that have not ended sleep, none of them would ever wake; then all
/// throw, and the error says who waits for whom:
///   tenon: rank 0 waits for rank 1 in the exchange of step 3, and rank 1 has ended
#include <condition_variable>
#include <mutex>

#include <tenon/comm/first_error.hpp>

namespace tenon::detail {

class VirtualWaiting {
 public:
  int size() const { return int(sleepers_.size()); }

  /// A rank takes no part any more. If it has failed, all others throw where they wait, or when
  /// they next do.  @return whether it failed by itself, not because of others.
  bool leave(int rank, const std::string& text) {
    const std::unique_lock lock(mutex_);
    const bool because_of_others = failed() && text.find(failure_) != text.npos;
    if (!text.empty()) fail(sentence(text, " (found by rank ", rank, ")"));
    at(rank).ended = true;
    if (--running_ == 0) find_deadlock();
    return !text.empty() && !because_of_others;
  }
  /// A rank has failed that may still go on: it and all others throw where they wait, or when they
  /// next do.
  void fail_by(int rank, const std::string& text) {
    const std::unique_lock lock(mutex_);
    fail(sentence(text, " (found by rank ", rank, ")"));
  }
  /// The first one; "" as long as there is none. @pre no rank runs
  const std::string& failure() const { return failure_; }

 protected:
  using Lock = std::unique_lock<std::mutex>;
  enum class Awaits { nothing, gifts, readers, meeting };

  explicit VirtualWaiting(int ranks) : sleepers_(std::size_t(ranks)), running_(ranks) {}
  virtual ~VirtualWaiting() = default;

  Lock lock() { return Lock(mutex_); }
  bool failed() const { return !failure_.empty(); }
  void check() const {
    if (failed()) throw Error(failure_);
  }
  void fail(std::string text) {
    if (failed()) return;
    failure_ = Error::unlabelled(text);
    for (int rank = 0; rank < size(); ++rank) wake(rank, at(rank).awaits);
  }

  /// Until it is so, or somebody failed. Whoever makes it so wakes the rank.
  void wait(Lock& lock, int rank, Awaits what, auto&& is_so) {
    while (!is_so() && !failed()) sleep(lock, rank, what);
  }
  void sleep(Lock& lock, int rank, Awaits what) {
    Sleeper& me = at(rank);
    me.awaits = what;
    if (--running_ == 0) find_deadlock();
    me.woken.wait(lock, [&] { return me.awaits == Awaits::nothing; });
  }
  /// From here on it counts as running.
  void wake(int rank, Awaits what) {
    Sleeper& sleeper = at(rank);
    if (sleeper.awaits == Awaits::nothing || sleeper.awaits != what) return;
    sleeper.awaits = Awaits::nothing;
    ++running_;
    sleeper.woken.notify_one();
  }

  struct Missing {
    int rank;           // that is waited for
    std::string where;  // "the exchange of step 3"
  };
  /// For whom a rank waits that sleeps.
  virtual Missing missing(int rank, Awaits what) const = 0;
  /// What ranks that meet complain of; "" where they don't.
  virtual std::string complaint() const { return ""; }

 private:
  struct Sleeper {
    std::condition_variable woken;
    Awaits awaits = Awaits::nothing;
    bool ended = false;
  };
  Sleeper& at(int rank) { return sleepers_[std::size_t(rank)]; }

  /// @pre nobody runs
  void find_deadlock() {
    const auto sleeps = [&](int rank) { return at(rank).awaits != Awaits::nothing; };
    int first = 0;
    while (first < size() && !sleeps(first)) ++first;
    if (first == size()) return;  // all have ended
    if (const std::string text = complaint(); !text.empty()) return fail(text);
    const auto [other, where] = missing(first, at(first).awaits);
    std::string text = sentence("rank ", first, " waits for rank ", other, " in ", where);
    if (sleeps(other)) {
      const auto [third, there] = missing(other, at(other).awaits);
      text += sentence(", and rank ", other, " for rank ", third, " in ", there);
    } else {
      text += sentence(", and rank ", other, " has ended");
    }
    fail(text);
  }

  std::mutex mutex_;
  std::vector<Sleeper> sleepers_;
  int running_;  // ranks that neither sleep nor have ended
  std::string failure_;
};

}  // namespace tenon::detail
