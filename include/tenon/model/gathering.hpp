// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A parameter that lies on several ranks comes to rank 0, part after part:
///   Gathering gathering(communication, held, staging);  gathering.part({{0, 100}, {0, 512}},
///   at_zero);
#include <tenon/comm/communication.hpp>
#include <tenon/layout/exchange.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

/// A parameter, how it lies on consecutive ranks of a communication, and what this one has of it.
struct HeldParameter {
  std::string name;
  Element element = Element::float32;
  Distribution distribution;
  int first_rank = 0;               // of those that hold it: of a pipeline those of a stage
  const std::byte* data = nullptr;  // this rank's block; none where it has none

  HeldParameter(const Parameters::Slice& slice)
      : name(slice.name),
        element(slice.element),
        distribution(slice.distribution),
        data(slice.data) {}
  HeldParameter(std::string_view of, const Buffer& buffer, int first)
      : name(of),
        element(buffer.element),
        distribution(buffer.distribution),
        first_rank(first) {}
};

/// Brings a part of a parameter to rank 0, from the ranks that have its pieces. Collective.
class Gathering {
 public:
  /// @param held the same on every rank, but for its data. @param staging memory for a part, taken
  /// before: not between messages.
  Gathering(Communication& communication, const HeldParameter& held,
            std::vector<std::byte>& staging)
      : communication_(communication), held_(held), staging_(staging) {}

  void part(const Box& wanted, std::vector<std::byte>& at_zero) {
    const Distribution& from = held_.distribution;
    const Index size = bytes(held_.element);
    const int rank = communication_.rank();
    if (rank == 0) at_zero.resize(std::size_t(volume(wanted) * size));
    for_each_piece(from, wanted, 0, [&](Index holder, const Box& piece) {
      const int source = held_.first_rank + int(holder);
      const Region there = region(piece, from.box(holder)), packed = region(piece);
      staging_.resize(std::size_t(volume(piece) * size));
      if (rank == source) copy(held_.data, there, staging_.data(), packed, size);
      if (source != 0 && rank == source) communication_.send(staging_, 0);
      if (rank != 0) return;
      if (source != 0) communication_.receive(staging_, source);
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
  const HeldParameter& held_;
  std::vector<std::byte>& staging_;
};

}  // namespace tenon
