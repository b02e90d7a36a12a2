// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A parameter that lies on all ranks comes to rank 0, part after part:
///   Gathering gathering(communication, slice, staging);  gathering.part({{0, 100}, {0, 512}},
///   at_zero);
#include <tenon/comm/communication.hpp>
#include <tenon/layout/exchange.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

/// Brings a part of a parameter to rank 0, from the ranks that have its pieces. Collective.
class Gathering {
 public:
  /// @param staging memory for a part, taken before: not between messages.
  Gathering(Communication& communication, const Parameters::Slice& slice,
            std::vector<std::byte>& staging)
      : communication_(communication), slice_(slice), staging_(staging) {}

  void part(const Box& wanted, std::vector<std::byte>& at_zero) {
    const Distribution& from = slice_.distribution;
    const Index size = bytes(slice_.element);
    const int rank = communication_.rank();
    if (rank == 0) at_zero.resize(std::size_t(volume(wanted) * size));
    for_each_piece(from, wanted, 0, [&](Index source, const Box& piece) {
      const Region there = region(piece, from.box(source)), packed = region(piece);
      staging_.resize(std::size_t(volume(piece) * size));
      if (rank == source) copy(slice_.data, there, staging_.data(), packed, size);
      if (source != 0 && rank == source) communication_.send(staging_, 0);
      if (rank != 0) return;
      if (source != 0) communication_.receive(staging_, int(source));
      copy(staging_.data(), packed, at_zero.data(), region(piece, wanted), size);
    });
  }

 private:
  static void copy(const std::byte* in, const Region& from, std::byte* out, const Region& to,
                   Index size) {
    for_each_run(from, to, [&](Index a, Index b, Index run) {
      std::copy_n(in + a * size, run * size, out + b * size);
    });
  }
  Communication& communication_;
  const Parameters::Slice& slice_;
  std::vector<std::byte>& staging_;
};

}  // namespace tenon
