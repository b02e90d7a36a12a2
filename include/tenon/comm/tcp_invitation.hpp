// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Rank 0's part of a meeting: it receives all others and tells each where the rest are.
#include <random>

#include <tenon/comm/tcp_gathering.hpp>

namespace tenon::detail {

class TcpInvitation {
 public:
  explicit TcpInvitation(TcpGathering& gathering) : gathering_(gathering) {}

  /// @throws Error: the address is not this machine's or taken, ranks did not come in time.
  void receive_all() {
    TcpReception reception(open_door());
    while (!gathering_.missing().empty()) {
      for (TcpSocket& other : gathering_.sockets) forget_if_left(other);
      if (is_over(gathering_.deadline)) give_up();
      if (auto guest = reception.next(gathering_.soon())) receive(*guest);
    }
    tell_places();
  }

 private:
  TcpSocket open_door() const {
    int error = 0;
    for (const TcpAddress& address : addresses_of(gathering_.host.join)) {
      if (TcpSocket door = TcpSocket::listening(address, address.port())) return door;
      error = errno;
    }
    throw Error(sentence("rank 0 cannot be met at ", gathering_.host.join, ": ", words_of(error)));
  }
  /// One that ended may come again.
  static void forget_if_left(TcpSocket& other) {
    if (other && has_left(other)) other = TcpSocket();
  }
  void receive(TcpReception::Guest& guest) {
    const TcpGreeting& greeting = guest.greeting;
    std::string why = refusal(greeting, gathering_.own);
    if (why.empty()) forget_if_left(gathering_.socket(greeting.rank));
    if (why.empty() && gathering_.socket(greeting.rank))
      why = sentence("rank ", greeting.rank, " is there already");
    if (!why.empty()) return refuse(guest.socket, why);
    TcpPlace& place = gathering_.places[std::size_t(greeting.rank)];
    place = {{}, greeting.port, greeting.node};
    const std::string at = guest.socket.peer_address().host();
    at.copy(place.host.data(), place.host.size() - 1);
    gathering_.socket(greeting.rank) = std::move(guest.socket);
  }
  [[noreturn]] void give_up() {
    const std::string text = sentence("rank ", gathering_.missing(), " did not come to rank 0 at ",
                                      gathering_.host.join, " within ", gathering_.patience());
    for (TcpSocket& other : gathering_.sockets)
      if (other) refuse(other, text, TcpAnswer::given_up);
    throw Error(text);
  }
  void tell_places() {
    std::random_device random;
    const std::span<const TcpPlace> places = gathering_.places;
    const TcpAnswer answer{.kind = TcpAnswer::accepted,
                           .meeting = std::uint64_t(random()) << 32 | random(),
                           .bytes = places.size_bytes()};
    for (int rank = 1; rank < gathering_.host.ranks; ++rank) {
      const TcpSocket& other = gathering_.socket(rank);
      const Deadline soon = deadline_after(std::chrono::seconds(5));
      if (!other.send_all(raw(answer), soon) || !other.send_all(std::as_bytes(places), soon))
        throw_left(rank);
    }
  }

  TcpGathering& gathering_;
};

}  // namespace tenon::detail
