// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A rank's connections to all others, and how it waits for them:
///   links.guard([&] { links[3].take(...); links.finish(); });
#include <tenon/comm/cores.hpp>
#include <tenon/comm/patience.hpp>
#include <tenon/comm/tcp_link.hpp>

namespace tenon {

class TcpLinks {
 public:
  /// @param neighbours ranks of this machine.
  TcpLinks(int rank, std::vector<TcpSocket> sockets, int neighbours,
           std::chrono::nanoseconds patience)
      : patience_(rank, Waiting(neighbours, core_count(own_cores()), patience)) {
    const int size = int(sockets.size());
    for (int peer = 0; peer < size; ++peer)
      links_.emplace_back(std::move(sockets[std::size_t(peer)]), rank, peer);
    polls_.resize(links_.size());
  }

  TcpLink& operator[](int peer) { return links_[std::size_t(peer)]; }
  std::vector<TcpLink>& all() { return links_; }
  Patience& patience() { return patience_; }

  /// Until all is given and taken.  @return ranks that did not do their part in time
  std::string finish(const Waiting& waiting) {
    const auto done = [&] {
      bool all = true;
      for (TcpLink& link : links_) {
        if (link.is_busy()) link.work();
        all = all && !link.is_busy();
      }
      return all;
    };
    if (waiting.until(done, [&](std::chrono::nanoseconds longest) { sleep(longest); })) return "";
    std::string late;
    for (const TcpLink& link : links_)
      if (link.is_busy()) late.append(late.empty() ? "" : ", ").append(std::to_string(link.peer()));
    return late;
  }
  /// Does a part of what ranks do together; what it throws, all others throw when they next wait
  /// for this rank, and nothing goes on after it.
  auto guard(auto&& part) {
    try {
      return patience_.guard(part);
    } catch (const std::exception& error) {
      announce(error.what());
      throw;
    }
  }
  /// Once, for a second at most: until all others have heard it and have ended too.
  void announce(std::string_view failure) {
    if (std::exchange(announced_, true)) return;
    failure = Error::unlabelled(failure);
    for (TcpLink& link : links_) link.announce(failure);
    const Deadline deadline = deadline_after(std::chrono::seconds(1));
    for (;;) {
      bool done = true;
      for (TcpLink& link : links_) done = link.leave() && done;
      if (done || is_over(deadline)) return;
      for (std::size_t i = 0; i < links_.size(); ++i) polls_[i] = links_[i].to_leave();
      ::poll(polls_.data(), polls_.size(), milliseconds_to(deadline));
    }
  }

 private:
  /// Until something comes or goes, from any rank: one that failed may be another than is waited
  /// for.
  void sleep(std::chrono::nanoseconds longest) {
    for (std::size_t i = 0; i < links_.size(); ++i) polls_[i] = links_[i].to_wait_for();
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(longest).count();
    if (::poll(polls_.data(), polls_.size(), int(std::min<std::int64_t>(milliseconds, 1000))) <= 0)
      return;
    for (std::size_t i = 0; i < links_.size(); ++i)
      if (polls_[i].revents && !links_[i].is_busy()) links_[i].listen();
  }

  Patience patience_;
  std::vector<TcpLink> links_;
  std::vector<pollfd> polls_;
  bool announced_ = false;
};

}  // namespace tenon
