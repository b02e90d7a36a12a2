// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One rank's connection to another:
///   link.take({TcpFrame::exchange, 3}, y); link.give({TcpFrame::exchange, 3}, x);
///   while (link.is_busy()) { link.work(); ::poll(...); }
#include <array>

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

  /// Nothing goes on after this: leave() says to the peer why this rank ends, behind what it was
  /// saying, and reads to the end what the peer says, for else the system may drop the words.
  void announce(std::string_view failure) {
    last_words_ = out_.last_words(failure);
    in_.forget(), out_.forget();
  }
  /// As far as it goes.  @return whether that is done
  bool leave() {
    while (socket_ && said_ < last_words_.size()) {
      const ssize_t n = socket_.send(std::as_bytes(std::span(last_words_)).subspan(said_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && would_block(errno)) break;
      said_ = n < 0 ? last_words_.size() : said_ + std::size_t(n);
      if (said_ == last_words_.size()) socket_.send_end();
    }
    std::array<std::byte, 4096> unheard;
    while (socket_ && !is_at_end_) {
      const ssize_t n = socket_.receive(unheard);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && would_block(errno)) break;
      is_at_end_ = n <= 0;
    }
    return !socket_ || (said_ == last_words_.size() && is_at_end_);
  }
  pollfd to_leave() const {
    const int events = (is_at_end_ ? 0 : POLLIN) | (said_ < last_words_.size() ? POLLOUT : 0);
    return {events ? socket_.number() : -1, short(events), 0};
  }

 private:
  TcpSocket socket_;
  int peer_;
  TcpIncoming in_;
  TcpOutgoing out_;
  std::string last_words_;
  std::size_t said_ = 0;  // of these
  bool is_at_end_ = false;
};

}  // namespace tenon
