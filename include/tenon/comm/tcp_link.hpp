// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One rank's connection to another:
///   link.take({TcpFrame::exchange, 3}, y); link.give({TcpFrame::exchange, 3}, x);
///   while (link.is_busy()) { link.work(); ::poll(...); }
#include <tenon/comm/tcp_incoming.hpp>
#include <tenon/comm/tcp_outgoing.hpp>

namespace tenon {

class TcpLink {
 public:
  TcpLink(TcpSocket socket, int own, int peer)
      : socket_(std::move(socket)), peer_(peer), in_(own, peer) {}
  int peer() const { return peer_; }

  /// Room for so many each way: nothing is allocated when they are given or taken.
  void expect(std::size_t messages) { in_.reserve(messages), out_.reserve(messages); }
  void give(const TcpFrame& frame, std::span<const std::byte> data) { out_.give(frame, data); }
  void take(const TcpFrame& frame, std::span<std::byte> to) { in_.take(frame, to); }
  void take_text(std::string& to) { in_.take_text(to); }
  bool is_busy() const { return in_.is_busy() || out_.is_busy(); }

  /// What is to be waited for; on no socket: nothing.
  pollfd to_wait_for() const {
    const int events = (in_.listens() ? POLLIN : 0) | (out_.is_busy() ? POLLOUT : 0);
    return {events ? socket_.number() : -1, short(events), 0};
  }
  /// As far as it goes.  @throws Error: the peer is gone, failed, or is elsewhere
  void work() {
    const int error = out_.is_busy() ? out_.write(socket_) : 0;
    if (error || in_.is_busy()) in_.read(socket_);  // the peer may have said why
    if (error) in_.throw_gone(error);
  }
  /// Only to hear whether the peer failed.
  void listen() { in_.read(socket_); }

  /// Says to the peer why this rank ends, behind what it was saying; nothing goes on after that.
  void announce(std::string_view failure, Deadline deadline) {
    if (!socket_) return;
    const std::string last = out_.last_words(failure);
    socket_.send_all(std::as_bytes(std::span(last)), deadline);
    socket_.send_end();
    in_.forget(), out_.forget();
  }

 private:
  TcpSocket socket_;
  int peer_;
  TcpIncoming in_;
  TcpOutgoing out_;
};

}  // namespace tenon
