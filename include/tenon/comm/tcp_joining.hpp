// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The other ranks' part of a meeting: each goes to rank 0, then to those below it, and receives
/// those above.
#include <thread>

#include <tenon/comm/tcp_gathering.hpp>

namespace tenon::detail {

class TcpJoining {
 public:
  explicit TcpJoining(TcpGathering& gathering)
      : gathering_(gathering), host_(gathering.host), rank_(host_.rank) {}

  /// @throws Error: rank 0 is not there in time, or refuses this one; others are not.
  void join() {
    for (;;) {
      connect();
      // Higher ranks come to where rank 0 sees this one.
      TcpSocket door = TcpSocket::listening(first().own_address(), 0);
      if (!door) throw Error(sentence("rank ", rank_, " cannot be met: ", words_of(errno)));
      TcpReception reception(std::move(door));
      gathering_.own.port = reception.port();
      if (hear_answer()) return meet_others(reception);
      first() = TcpSocket();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

 private:
  TcpSocket& first() { return gathering_.socket(0); }

  void connect() {
    constexpr std::chrono::milliseconds longest(200);
    const std::vector<TcpAddress> addresses = addresses_of(host_.join);
    for (std::chrono::milliseconds pause(10);; pause = std::min(2 * pause, longest)) {
      int error = ETIMEDOUT;
      for (const TcpAddress& address : addresses) {
        const Deadline tried =
            std::min(gathering_.deadline, deadline_after(std::chrono::seconds(5)));
        if ((first() = TcpSocket::connected(address, tried))) return;
        error = errno;
      }
      if (is_over(gathering_.deadline))
        throw Error(sentence("rank ", rank_, " found no rank 0 at ", host_.join, " within ",
                             gathering_.patience(), ": ", words_of(error)));
      std::this_thread::sleep_for(pause);
    }
  }

  /// @return false where nobody heard: another job shut its door just then.
  bool hear_answer() {
    TcpAnswer answer;
    const std::span<std::byte> all = writable(answer);
    const Deadline deadline =  // rank 0, which came before, says who is missing
        host_.patience.count() ? deadline_after(host_.patience + std::chrono::seconds(2))
                               : gathering_.deadline;
    if (!first().send_all(raw(gathering_.own), deadline)) return false;
    for (std::size_t heard = 0; heard < all.size();) {
      const ssize_t n = first().receive(all.subspan(heard));
      const int error = n < 0 ? errno : 0;
      if (error == EINTR) continue;
      if (would_block(error)) {
        if (first().wait(POLLIN, deadline)) continue;
        throw Error(sentence("rank 0 at ", host_.join, " did not answer rank ", rank_, " within ",
                             gathering_.patience()));
      }
      if (error == ECONNRESET && !is_over(gathering_.deadline)) return false;
      if (n <= 0)
        throw Error(sentence("rank 0 at ", host_.join, " left before all ranks had come"));
      heard += std::size_t(n);
      if (std::memcmp(all.data(), &tcp_magic, std::min(heard, sizeof tcp_magic)) != 0)
        throw Error(sentence("what answers at ", host_.join, " is no rank 0 of a Tenon job"));
    }
    read(answer, deadline);
    return true;
  }
  void read(const TcpAnswer& answer, Deadline deadline) {
    if (answer.kind == TcpAnswer::accepted) {
      const std::span<TcpPlace> places = gathering_.places;
      if (answer.version != tcp_version || answer.bytes != places.size_bytes())
        throw Error(sentence("rank 0 at ", host_.join, " speaks another version of the protocol"));
      if (!first().receive_all(std::as_writable_bytes(places), deadline)) throw_left(0);
      gathering_.own.meeting = answer.meeting;
      return;
    }
    std::string why(std::min<std::size_t>(answer.bytes, most_text_bytes), ' ');
    if (!first().receive_all(std::as_writable_bytes(std::span(why)), deadline)) throw_left(0);
    if (answer.kind == TcpAnswer::given_up) throw Error(why);
    throw Error(sentence("rank ", rank_, " was refused by rank 0 at ", host_.join, ": ", why));
  }

  void meet_others(TcpReception& reception) {
    for (int rank = 1; rank < rank_; ++rank) {
      const std::string at = text(gathering_.places[std::size_t(rank)]);
      TcpSocket& other = gathering_.socket(rank);
      other = TcpSocket::connected(addresses_of(at).front(), gathering_.deadline);
      if (!other || !other.send_all(raw(gathering_.own), gathering_.deadline))
        throw Error(sentence("rank ", rank_, " cannot reach rank ", rank, " at ", at, ": ",
                             words_of(errno)));
    }
    while (!gathering_.missing().empty()) {
      for (int rank = 0; rank < host_.ranks; ++rank)
        if (gathering_.socket(rank) && has_left(gathering_.socket(rank))) throw_left(rank);
      if (is_over(gathering_.deadline))
        throw Error(sentence("rank ", gathering_.missing(), " did not come to rank ", rank_,
                             " within ", gathering_.patience()));
      auto guest = reception.next(gathering_.soon());
      if (guest && guest->greeting.meeting == gathering_.own.meeting &&
          refusal(guest->greeting, gathering_.own).empty() &&
          !gathering_.socket(guest->greeting.rank))
        gathering_.socket(guest->greeting.rank) = std::move(guest->socket);
    }
  }
  static std::string text(const TcpPlace& place) {
    const std::string host(place.host.data(), ::strnlen(place.host.data(), place.host.size()));
    return host.find(':') == host.npos ? sentence(host, ":", place.port)
                                       : sentence("[", host, "]:", place.port);
  }

  TcpGathering& gathering_;
  const TcpHost& host_;
  int rank_;
};

}  // namespace tenon::detail
