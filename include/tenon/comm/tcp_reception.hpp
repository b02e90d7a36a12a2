// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Receives those who come to a port, until they have said who they are:
///   TcpReception reception(std::move(listener));
///   if (auto guest = reception.next(deadline)) guest->greeting.rank == 3
/// Strangers are sent away, the silent ones after five seconds, and all are heard at once.
#include <list>
#include <optional>

#include <tenon/comm/tcp_greeting.hpp>

namespace tenon {

class TcpReception {
 public:
  struct Guest {
    TcpSocket socket;
    TcpGreeting greeting;
  };

  explicit TcpReception(TcpSocket listener) : listener_(std::move(listener)) {}
  std::uint16_t port() const { return listener_.own_address().port(); }

  /// The next one who has greeted in Tenon's words; none where nobody has until then.
  std::optional<Guest> next(Deadline deadline) {
    for (;;) {
      while (TcpSocket socket = listener_.accept()) {
        if (visitors_.size() == most_visitors) visitors_.pop_front();
        visitors_.push_back({std::move(socket), {}, 0, deadline_after(std::chrono::seconds(5))});
      }
      for (auto it = visitors_.begin(); it != visitors_.end();) {
        const Heard heard = hear(*it);
        if (heard == Heard::all) {
          Guest guest{std::move(it->socket), it->greeting};
          visitors_.erase(it);
          return guest;
        }
        it = heard == Heard::some ? std::next(it) : visitors_.erase(it);
      }
      if (is_over(deadline)) return {};
      wait(deadline);
    }
  }

 private:
  static constexpr std::size_t most_visitors = 1024;
  enum class Heard { some, all, nonsense };
  struct Visitor {
    TcpSocket socket;
    TcpGreeting greeting;
    std::size_t heard = 0;
    Deadline deadline;
  };

  static Heard hear(Visitor& visitor) {
    const std::span<std::byte> all = detail::writable(visitor.greeting);
    while (visitor.heard < all.size()) {
      const ssize_t n = visitor.socket.receive(all.subspan(visitor.heard));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && would_block(errno))
        return is_over(visitor.deadline) ? Heard::nonsense : Heard::some;
      if (n <= 0) return Heard::nonsense;
      visitor.heard += std::size_t(n);
      const std::size_t known = std::min(visitor.heard, sizeof tcp_magic);
      if (std::memcmp(all.data(), &tcp_magic, known) == 0) continue;
      constexpr std::string_view words = "the ranks of a Tenon job meet here\n";
      (void)visitor.socket.send(std::as_bytes(std::span(words)));
      return Heard::nonsense;
    }
    return Heard::all;
  }
  /// For anybody, but no longer than a tenth of a second: some may have fallen silent.
  void wait(Deadline deadline) {
    polls_.assign(1, {listener_.number(), POLLIN, 0});
    for (const Visitor& visitor : visitors_) polls_.push_back({visitor.socket.number(), POLLIN, 0});
    ::poll(polls_.data(), polls_.size(), std::min(milliseconds_to(deadline), 100));
  }

  TcpSocket listener_;
  std::list<Visitor> visitors_;
  std::vector<pollfd> polls_;
};

}  // namespace tenon
