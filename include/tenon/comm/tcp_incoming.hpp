// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one rank is to take from another, in order, as far as it has come. A rank that failed, or
/// is elsewhere in the program, is found here.
#include <sys/uio.h>

#include <tenon/comm/tcp_frame.hpp>
#include <tenon/comm/tcp_socket.hpp>

namespace tenon {

class TcpIncoming {
 public:
  TcpIncoming(int own, int peer) : own_(own), peer_(peer) {}

  void reserve(std::size_t messages) { takes_.reserve(messages); }
  void take(const TcpFrame& frame, std::span<std::byte> to) {
    if (!to.empty()) takes_.push_back({frame, to, nullptr});
  }
  /// Of any size, of what ranks do together.
  void take_text(std::string& to) { takes_.push_back({{TcpFrame::together}, {}, &to}); }
  bool is_busy() const { return next_ < takes_.size(); }
  void forget() { takes_.clear(), next_ = 0; }
  /// Whether there is something to hear. Data that nobody waits for yet is left where it is.
  bool listens() const { return !closed_ && (heard_ < sizeof frame_ || is_busy()); }

  /// @throws Error: the peer is gone while it is waited for, failed (its words), or is elsewhere.
  void read(const TcpSocket& socket) {
    for (;;) {
      if (heard_ < sizeof frame_) {
        const auto frame = std::as_writable_bytes(std::span(&frame_, 1));
        const std::size_t n = receive(socket, frame.subspan(heard_), {});
        if (n == 0) return;
        heard_ += n;
        continue;
      }
      if (role_ == Role::unknown && !begin_frame()) return;
      for (std::size_t left = to_.size() + 1; left > 0;) {
        const std::size_t n = receive(socket, to_, std::as_writable_bytes(std::span(&mark_, 1)));
        if (n == 0) return;
        to_ = to_.subspan(std::min(n, to_.size()));
        left -= n;
      }
      end_frame();
      if (!is_busy()) return forget();
    }
  }
  [[noreturn]] void throw_gone(int error) const {
    throw Error(error == 0 || error == ECONNRESET || error == EPIPE
                    ? sentence("rank ", peer_, " is gone: it closed its connections")
                    : sentence("rank ", peer_, " is gone: ", words_of(error)));
  }

 private:
  enum class Role { unknown, wanted, failure, departure };
  struct Take {
    TcpFrame frame;
    std::span<std::byte> to;  // still to be taken
    std::string* text;        // instead
  };

  /// @return 0: nothing is there yet.
  std::size_t receive(const TcpSocket& socket, std::span<std::byte> to, std::span<std::byte> then) {
    iovec parts[2] = {{to.data(), to.size()}, {then.data(), then.size()}};
    for (;;) {
      const ssize_t n = closed_ ? 0 : ::readv(socket.number(), parts, 2);
      if (n > 0) return std::size_t(n);
      const int error = n < 0 ? errno : 0;
      if (error == EINTR) continue;
      if (would_block(error)) return 0;
      closed_ = true;
      if (is_busy()) throw_gone(error);
      return 0;
    }
  }
  bool read_text(Role role, std::string& text) {
    if (frame_.bytes > largest_tcp_text)
      throw Error(sentence("rank ", peer_, " sends a text of ", frame_.bytes, " bytes"));
    text.resize(frame_.bytes);
    to_ = std::as_writable_bytes(std::span(text));
    role_ = role;
    return true;
  }
  /// @return false where it is data that nobody here waits for yet.
  bool begin_frame() {
    if (frame_.kind == TcpFrame::failure) return read_text(Role::failure, text_);
    if (!is_busy()) return false;
    const Take& now = takes_[next_];
    if (frame_ == now.frame && now.text) return read_text(Role::wanted, *now.text);
    if (frame_ == now.frame && frame_.bytes > 0 && frame_.bytes <= now.to.size()) {
      to_ = now.to.first(frame_.bytes);
      role_ = Role::wanted;
      return true;
    }
    if (frame_.kind == TcpFrame::together) return read_text(Role::departure, text_);
    if (frame_ == now.frame)
      throw Error(sentence("rank ", peer_, " sends ", frame_.bytes, " bytes in ", text(frame_),
                           ", where rank ", own_, " takes ", now.to.size()));
    throw Error(sentence("rank ", peer_, " is in ", text(frame_), ", but rank ", own_, " in ",
                         text(now.frame)));
  }
  void end_frame() {
    const Role role = std::exchange(role_, Role::unknown);
    heard_ = 0;
    if (mark_ == tcp_frame_is_broken) return;  // why is said next
    if (mark_ != tcp_frame_is_whole)
      throw Error(sentence("rank ", peer_, " ends ", text(frame_), " with no mark"));
    if (role == Role::failure) throw Error(text_);
    Take& now = takes_[next_];
    if (role == Role::departure)
      throw Error(text_.empty() ? sentence("rank ", peer_, " has left ", text(now.frame))
                                : sentence(text_, " (found by rank ", peer_, ")"));
    if (!now.text) now.to = now.to.subspan(frame_.bytes);
    if (now.to.empty()) ++next_;
  }

  int own_, peer_;
  std::vector<Take> takes_;
  std::size_t next_ = 0, heard_ = 0;  // bytes of the frame itself
  TcpFrame frame_;
  Role role_ = Role::unknown;
  bool closed_ = false;
  char mark_ = 0;
  std::span<std::byte> to_;
  std::string text_;
};

}  // namespace tenon
