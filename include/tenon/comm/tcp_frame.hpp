// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What goes over a connection between two ranks: frames, each with what it is part of, so that
/// ranks which are not in the same place find out instead of taking each other's bytes.
///   {TcpFrame::exchange, 3, 4096}, then 4096 bytes, then a mark: a rank that fails in the middle
///   ends its frame as a broken one
#include <cstdint>
#include <string>

#include <tenon/core/sentence.hpp>

namespace tenon {

struct TcpFrame {
  enum Kind : std::uint32_t { exchange, gathering, message, together, failure };
  Kind kind = exchange;
  std::uint32_t tag = 0;    // the step of an exchange; of a gathering, how many numbers
  std::uint64_t bytes = 0;  // that follow

  friend bool operator==(const TcpFrame& a, const TcpFrame& b) {
    return a.kind == b.kind && a.tag == b.tag;
  }
};
static_assert(sizeof(TcpFrame) == 16);

inline constexpr char tcp_frame_is_whole = 'w', tcp_frame_is_broken = 'b';
inline constexpr std::size_t largest_tcp_frame = 1 << 20, largest_tcp_text = 1 << 16;

/// "the exchange of step 3"
inline std::string text(const TcpFrame& frame) {
  switch (frame.kind) {
    case TcpFrame::exchange: return sentence("the exchange of step ", frame.tag);
    case TcpFrame::gathering:
      return sentence("a gathering of ", frame.tag, frame.tag == 1 ? " number" : " numbers",
                      " of each rank");
    case TcpFrame::message: return "a message from rank to rank";
    case TcpFrame::together: return "the end of what all ranks do together";
    case TcpFrame::failure: return "a failure";
  }
  return sentence("an unknown frame of kind ", std::uint32_t(frame.kind));
}

}  // namespace tenon
