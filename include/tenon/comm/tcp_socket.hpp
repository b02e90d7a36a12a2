// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A TCP socket that never blocks, never raises a signal, and closes itself:
///   TcpSocket socket = TcpSocket::connected(address, deadline);
///   socket.send_all(bytes, deadline) && socket.receive_all(bytes, deadline)
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <span>
#include <system_error>
#include <utility>

#include <tenon/comm/tcp_address.hpp>

namespace tenon {

/// A time to give up at; max(): never.
using Deadline = std::chrono::steady_clock::time_point;

/// @param patience 0: without end.
inline Deadline deadline_after(std::chrono::nanoseconds patience) {
  return patience.count() == 0 ? Deadline::max() : std::chrono::steady_clock::now() + patience;
}
inline bool is_over(Deadline deadline) { return std::chrono::steady_clock::now() >= deadline; }
/// For poll(): no more than a second.
inline int milliseconds_to(Deadline deadline) {
  const auto rest = deadline - std::chrono::steady_clock::now();
  return int(std::clamp<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(rest).count(), 0,
                                      1000));
}
inline bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }
inline std::string words_of(int error) { return std::generic_category().message(error); }

class TcpSocket {
 public:
  TcpSocket() = default;
  explicit TcpSocket(int number) : number_(number) {}
  TcpSocket(TcpSocket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  TcpSocket& operator=(TcpSocket&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~TcpSocket() {
    if (number_ >= 0) ::close(number_);
  }
  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }

  /// None, and errno, where nobody answers.
  static TcpSocket connected(const TcpAddress& to, Deadline deadline) {
    TcpSocket socket(::socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return socket;
    if (::connect(socket.number_, to.data(), to.size) != 0 && errno != EINPROGRESS)
      return none(errno);
    if (!socket.wait(POLLOUT, deadline)) return none(ETIMEDOUT);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.number_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) return none(error);
    if (socket.own_address() == socket.peer_address()) return none(ECONNREFUSED);  // it met itself
    socket.prepare();
    return socket;
  }
  /// None, and errno, where that is not this machine's, or taken. @param port 0: any that is free
  static TcpSocket listening(TcpAddress at, std::uint16_t port) {
    at.set_port(port);
    TcpSocket socket(::socket(at.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return socket;
    const int yes = 1;  // where a job has just ended
    ::setsockopt(socket.number_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(socket.number_, at.data(), at.size) != 0) return none(errno);
    if (::listen(socket.number_, SOMAXCONN) != 0) return none(errno);
    return socket;
  }
  /// None where nobody waits.  @throws Error where this process may open no more.
  TcpSocket accept() const {
    TcpSocket socket(::accept4(number_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) socket.prepare();
    else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
      throw Error(sentence("no more connections can be opened: ", words_of(errno)));
    return socket;
  }

  TcpAddress own_address() const { return address(&::getsockname); }
  TcpAddress peer_address() const { return address(&::getpeername); }

  /// Until it can be read (POLLIN) or written. @return false: the deadline came first
  bool wait(short events, Deadline deadline) const {
    for (;;) {
      pollfd poll{number_, events, 0};
      if (::poll(&poll, 1, milliseconds_to(deadline)) > 0) return true;
      if (is_over(deadline)) return false;
    }
  }
  /// Bytes that were taken or that came, 0 at the end of what the other sends; -1 and errno.
  ssize_t send(std::span<const std::byte> data) const {
    return ::send(number_, data.data(), data.size(), MSG_NOSIGNAL);
  }
  ssize_t receive(std::span<std::byte> data) const {
    return ::recv(number_, data.data(), data.size(), 0);
  }
  /// @return whether all of it came through in time.
  bool send_all(std::span<const std::byte> data, Deadline deadline) const {
    return all(data, POLLOUT, deadline, [&] { return send(data); });
  }
  bool receive_all(std::span<std::byte> data, Deadline deadline) const {
    return all(data, POLLIN, deadline, [&] { return receive(data); });
  }
  /// The other reads what was sent, and then the end.
  void send_end() const { ::shutdown(number_, SHUT_WR); }

 private:
  static TcpSocket none(int error) {
    errno = error;
    return {};
  }
  TcpAddress address(auto&& ask) const {
    TcpAddress found;
    ask(number_, found.data(), &found.size);
    return found;
  }
  /// Small messages at once; a machine that fell silent is found in the end.
  void prepare() const {
    const int yes = 1, idle = 20, pause = 5, times = 4;
    ::setsockopt(number_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ::setsockopt(number_, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    ::setsockopt(number_, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    ::setsockopt(number_, IPPROTO_TCP, TCP_KEEPINTVL, &pause, sizeof pause);
    ::setsockopt(number_, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
  }
  bool all(auto& data, short events, Deadline deadline, auto&& some) const {
    while (!data.empty()) {
      const ssize_t n = some();
      if (n > 0) data = data.subspan(std::size_t(n));
      else if (n == 0 || (!would_block(errno) && errno != EINTR)) return false;
      else if (!wait(events, deadline)) return false;
    }
    return true;
  }

  int number_ = -1;
};

}  // namespace tenon
