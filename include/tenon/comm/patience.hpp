// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How long the ranks of a communication wait for each other, and that one gave up:
///   patience.check(); ... patience.throw_late("3, 5", tag);  patience.check() throws from now on
/// Ranks count their exchanges. One that left an exchange has counted otherwise than those that
/// came through, so it must not take part in another one: sums would silently be wrong.
#include <string>

#include <tenon/comm/waiting.hpp>
#include <tenon/core/error.hpp>

namespace tenon {

class Patience {
 public:
  Patience() = default;
  Patience(int rank, const Waiting& waiting) : rank_(rank), waiting_(waiting) {}

  const Waiting& waiting() const { return waiting_; }
  bool failed() const { return !failure_.empty(); }
  /// @throws Error after a failure.
  void check() const {
    if (failed())
      throw Error(std::string("an exchange of this communication failed before: ")
                      .append(failure_)
                      .append("; make a new communication, on all ranks"));
  }
  /// Keeps the first one.
  void fail(std::string text) {
    text = std::string(Error::unlabelled(text));
    if (failure_.empty()) failure_ = text.empty() ? "an error without a text" : std::move(text);
  }
  /// What a rank says that has waited too long for others.
  [[noreturn]] void throw_late(const std::string& late, int tag) {
    throw_late(late, std::string("the exchange of step ").append(std::to_string(tag)));
  }
  [[noreturn]] void throw_late(const std::string& late, const std::string& where) {
    fail(std::string("rank ")
             .append(std::to_string(rank_))
             .append(" waits for rank ")
             .append(late)
             .append(" in ")
             .append(where)
             .append(", for more than ")
             .append(std::to_string(waiting_.patience.count() / 1'000'000))
             .append(" ms"));
    throw Error(failure_);
  }
  /// Does a part of an exchange; what it throws is a failure.
  auto guard(auto&& part) {
    check();
    try {
      return part();
    } catch (const std::exception& error) {
      fail(error.what());
      throw;
    }
  }

 private:
  int rank_ = 0;
  Waiting waiting_;
  std::string failure_;
};

}  // namespace tenon
