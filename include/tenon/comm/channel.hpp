// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Blocks that go from rank to rank in order, while both work: what a stage of a pipeline leaves
/// for the next one.
///   auto channel = communication.channel({.to = 4, .bytes_to = 65536});        on rank 0
///   write(channel->room()); channel->send();
///   auto channel = communication.channel({.from = 0, .bytes_from = 65536});    on rank 4
///   read(channel->receive()); channel->release();
#include <cstddef>

#include <tenon/core/dims.hpp>

namespace tenon {

/// From whom a rank receives and to whom it sends, and how much each time; -1: nobody.
struct ChannelEnds {
  int from = -1, to = -1;
  Index bytes_from = 0, bytes_to = 0;
};

/// Allocates nothing once it is made.
class Channel {
 public:
  /// Blocks that are sent and not yet released, at most: one is made while one is read.
  static constexpr int depth = 2;

  virtual ~Channel() = default;
  /// Where the next block is to be written. Waits while `depth` blocks are under way.
  virtual std::byte* room() = 0;
  /// The block in room() goes.
  virtual void send() = 0;
  /// The next block, once it has come; it stays until release().
  virtual const std::byte* receive() = 0;
  virtual void release() = 0;
};

}  // namespace tenon
