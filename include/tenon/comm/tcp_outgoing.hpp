// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one rank is to give to another, in order, as far as that goes without waiting.
#include <sys/uio.h>

#include <tenon/comm/tcp_frame.hpp>
#include <tenon/comm/tcp_socket.hpp>

namespace tenon {

class TcpOutgoing {
 public:
  void reserve(std::size_t messages) { gives_.reserve(messages); }
  /// Nothing is sent of no bytes, but of what ranks do together.
  void give(const TcpFrame& frame, std::span<const std::byte> data) {
    if (!data.empty() || frame.kind == TcpFrame::together) gives_.push_back({frame, data});
  }
  bool is_busy() const { return next_ < gives_.size(); }
  void forget() { gives_.clear(), next_ = 0; }

  /// @return 0, or why no more can be written.
  int write(const TcpSocket& socket) {
    while (is_busy()) {
      Give& now = gives_[next_];
      if (said_ == 0) {
        frame_ = now.frame;
        frame_.bytes = std::min(now.data.size(), largest_tcp_frame);
      }
      // What is left of the frame, of its bytes and of the mark behind them.
      const std::size_t header = std::min(said_, sizeof frame_);
      const std::size_t data = std::min(said_ - header, std::size_t(frame_.bytes));
      char mark = tcp_frame_is_whole;
      iovec parts[3] = {{reinterpret_cast<char*>(&frame_) + header, sizeof frame_ - header},
                        {const_cast<std::byte*>(now.data.data()) + data, frame_.bytes - data},
                        {&mark, sizeof mark}};
      msghdr message{};
      message.msg_iov = parts, message.msg_iovlen = 3;
      const ssize_t sent = ::sendmsg(socket.number(), &message, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return would_block(errno) ? 0 : errno;
      said_ += std::size_t(sent);
      if (said_ < size()) continue;
      said_ = 0;
      now.data = now.data.subspan(frame_.bytes);
      if (now.data.empty()) ++next_;
    }
    forget();
    return 0;
  }
  /// The rest of the frame that is under way, marked as not whole, and a failure.
  std::string last_words(std::string_view failure) const {
    std::string last;
    if (said_ > 0) {
      last.assign(reinterpret_cast<const char*>(&frame_), sizeof frame_);
      last.append(frame_.bytes, '\0').push_back(tcp_frame_is_broken);
      last.erase(0, said_);
    }
    const TcpFrame frame{TcpFrame::failure, 0, std::min(failure.size(), largest_tcp_text)};
    last.append(reinterpret_cast<const char*>(&frame), sizeof frame);
    last.append(failure.substr(0, frame.bytes)).push_back(tcp_frame_is_whole);
    return last;
  }

 private:
  struct Give {
    TcpFrame frame;
    std::span<const std::byte> data;  // still to be given
  };
  std::size_t size() const { return sizeof frame_ + frame_.bytes + 1; }

  std::vector<Give> gives_;
  std::size_t next_ = 0;
  TcpFrame frame_;
  std::size_t said_ = 0;  // of the frame that is under way, its bytes and the mark
};

}  // namespace tenon
