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
      if (!open_) {
        frame_ = now.frame;
        frame_.bytes = left_ = std::min(now.data.size(), largest_tcp_frame);
        open_ = true, said_ = 0;
      }
      iovec parts[2] = {{reinterpret_cast<char*>(&frame_) + said_, sizeof frame_ - said_},
                        {const_cast<std::byte*>(now.data.data()), left_}};
      msghdr message{};
      message.msg_iov = parts, message.msg_iovlen = 2;
      const ssize_t sent = ::sendmsg(socket.number(), &message, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return would_block(errno) ? 0 : errno;
      const std::size_t header = std::min(std::size_t(sent), sizeof frame_ - said_);
      said_ += header, left_ -= std::size_t(sent) - header;
      now.data = now.data.subspan(std::size_t(sent) - header);
      if (said_ < sizeof frame_ || left_ > 0) continue;
      open_ = false;
      if (now.data.empty()) ++next_;
    }
    forget();
    return 0;
  }
  /// The rest of the frame that is under way, as zeros, and a failure.
  std::string last_words(std::string_view failure) const {
    std::string last;
    if (open_) {
      last.append(reinterpret_cast<const char*>(&frame_) + said_, sizeof frame_ - said_);
      last.append(left_, '\0');
    }
    const TcpFrame frame{TcpFrame::failure, 0, std::min(failure.size(), largest_tcp_text)};
    last.append(reinterpret_cast<const char*>(&frame), sizeof frame);
    return last.append(failure.substr(0, frame.bytes));
  }

 private:
  struct Give {
    TcpFrame frame;
    std::span<const std::byte> data;  // still to be given
  };
  std::vector<Give> gives_;
  std::size_t next_ = 0;
  TcpFrame frame_;
  bool open_ = false;
  std::size_t said_ = 0, left_ = 0;  // of the frame itself; of the bytes after it
};

}  // namespace tenon
