// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A pipe of packets in both directions between two processes, that raises no signal:
///   auto [own, other] = PoolChannel::pair();  own.send(bytes, deadline)
#include <thread>

#include <tenon/comm/tcp_socket.hpp>
#include <tenon/model/pool/beyond_standard.hpp>

namespace tenon {

/// Movable. Its descriptor is closed where another program is started, unless that is its worker.
class PoolChannel {
 public:
  PoolChannel() = default;
  /// @param number a descriptor, which is closed with this.
  explicit PoolChannel(int number) : number_(number) {}
  PoolChannel(PoolChannel&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  PoolChannel& operator=(PoolChannel&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~PoolChannel() {
    if (number_ >= 0) ::close(number_);
  }
  /// @throws Error where this process may open no more.
  static std::pair<PoolChannel, PoolChannel> pair() {
    int both[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both) != 0)
      throw Error(sentence("no pipe to a worker can be opened: ", words_of(errno)));
    return {PoolChannel(beyond_standard(both[0])), PoolChannel(beyond_standard(both[1]))};
  }
  int number() const { return number_; }

  /// @return false: the other has closed its end, or the deadline came.
  bool send(std::span<const std::byte> packet, Deadline deadline) const {
    for (;;) {
      const ssize_t sent =
          ::send(number_, packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) return true;
      if (errno == EINTR) continue;
      if (!would_block(errno) || is_over(deadline)) return false;
      pollfd ready{number_, POLLOUT, 0};
      ::poll(&ready, 1, milliseconds_to(deadline));
    }
  }
  static constexpr ssize_t none_yet = -1, closed = 0;
  /// The bytes of a packet, which may be longer than the room; none_yet; or closed.
  ssize_t receive(std::span<std::byte> room) const {
    for (;;) {
      const ssize_t received = ::recv(number_, room.data(), room.size(), MSG_DONTWAIT);
      if (received >= 0) return received;
      if (would_block(errno)) return none_yet;
      if (errno != EINTR) return closed;
    }
  }
  /// Waits for a packet, or the end: looks again and again for a while before it sleeps.
  ssize_t next(std::span<std::byte> room) const {
    const auto start = std::chrono::steady_clock::now();
    for (;;) {
      const ssize_t received = receive(room);
      if (received != none_yet) return received;
      if (std::chrono::steady_clock::now() - start < patience_awake) {
        std::this_thread::yield();
        continue;
      }
      pollfd ready{number_, POLLIN, 0};
      ::poll(&ready, 1, -1);
    }
  }
  /// Both ends read the end.
  void shut() const { ::shutdown(number_, SHUT_RDWR); }

 private:
  static constexpr std::chrono::microseconds patience_awake{50};
  int number_ = -1;
};

}  // namespace tenon
