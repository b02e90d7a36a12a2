// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The messages of one exchange over TCP, for comm/message_exchange.hpp:
///   messages.receive(3, y, 4096); messages.send(3, x, 4096); messages.wait();
#include <tenon/comm/tcp_links.hpp>
#include <tenon/core/dims.hpp>

namespace tenon {

class TcpMessages {
 public:
  /// @param links outlive the messages.
  TcpMessages(TcpLinks& links, int tag)
      : links_(&links), frame_{TcpFrame::exchange, std::uint32_t(tag)} {}

  void expect(int peer, Index) { (*links_)[peer].expect(++expected_); }
  void receive(int peer, std::byte* to, Index bytes) {
    (*links_)[peer].take(frame_, {to, std::size_t(bytes)});
  }
  void send(int peer, const std::byte* from, Index bytes) {
    (*links_)[peer].give(frame_, {from, std::size_t(bytes)});
  }
  /// Without end, but for a rank that is gone.
  void wait() { links_->finish(links_->patience().waiting()); }
  std::string wait(const Waiting& waiting) { return links_->finish(waiting); }
  /// What was under way is lost; the others hear of it.  @pre called where an exception is handled
  void stop() {
    try {
      throw;
    } catch (const std::exception& error) {
      links_->announce(error.what());
    } catch (...) {
      links_->announce("an error that is no std::exception");
    }
  }

 private:
  TcpLinks* links_;
  TcpFrame frame_;
  std::size_t expected_ = 0;
};

}  // namespace tenon
