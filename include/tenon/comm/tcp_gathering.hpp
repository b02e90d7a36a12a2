// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a process knows while the ranks of its job meet: who is there, until when it waits.
#include <tenon/comm/tcp_host.hpp>
#include <tenon/comm/tcp_reception.hpp>

namespace tenon::detail {

struct TcpGathering {
  TcpHost host;
  Deadline deadline;
  TcpGreeting own;
  std::vector<TcpSocket> sockets;  // to each other rank that is there
  std::vector<TcpPlace> places;

  explicit TcpGathering(const TcpHost& given)
      : host(given),
        deadline(deadline_after(given.patience)),
        own{.rank = given.rank,
            .ranks = given.ranks,
            .job = Hash().add(given.job).value,
            .node = own_node()},
        sockets(std::size_t(given.ranks)),
        places(sockets.size()) {
    places[std::size_t(given.rank)].node = own.node;
  }

  TcpSocket& socket(int rank) { return sockets[std::size_t(rank)]; }
  /// Ranks that are not there, "3, 5".
  std::string missing() const {
    std::string text;
    for (int rank = 0; rank < host.ranks; ++rank)
      if (rank != host.rank && !sockets[std::size_t(rank)])
        text.append(text.empty() ? "" : ", ").append(std::to_string(rank));
    return text;
  }
  std::string patience() const {
    return sentence(std::chrono::ceil<std::chrono::milliseconds>(host.patience).count(), " ms");
  }
  /// Not too late, to look after those who are there.
  Deadline soon() const {
    return std::min(deadline, deadline_after(std::chrono::milliseconds(100)));
  }
};

/// Whether the other end is closed, and all that came from it is read.
inline bool has_left(const TcpSocket& socket) {
  std::byte first;
  const ssize_t n = ::recv(socket.number(), &first, 1, MSG_PEEK);
  return n == 0 || (n < 0 && !would_block(errno) && errno != EINTR);
}

[[noreturn]] inline void throw_left(int rank) {
  throw Error(sentence("rank ", rank, " left while the ranks met"));
}

}  // namespace tenon::detail
