// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a program reads and writes: the device's memory, put together from pieces of the host's,
/// and one core's buffers.
///   AscendGm gm;  gm.add(0, a);  gm.add(512, weights);  *gm.at(512, 2)
#include <array>
#include <span>

#include <tenon/backend/ascend/chip/chip.hpp>
#include <tenon/backend/ascend/program/instruction.hpp>
#include <tenon/backend/memory.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

/// Pieces lie where they are added, without copies.
class AscendGm {
 public:
  void add(Index first, std::span<std::byte> piece) { pieces_.push_back({first, piece}); }
  /// Of what is only read.
  void add(Index first, std::span<const std::byte> piece) {
    pieces_.push_back({first, {const_cast<std::byte*>(piece.data()), piece.size()}});
  }
  void clear() { pieces_.clear(); }
  /// @throws Error where so many bytes are in no piece
  std::byte* at(Index offset, Index bytes) const {
    for (const Piece& piece : pieces_)
      if (offset >= piece.first && offset + bytes <= piece.first + Index(piece.bytes.size()))
        return piece.bytes.data() + (offset - piece.first);
    throw Error(sentence("ErrorRead: ", bytes, " bytes at ", offset, " of GM are nobody's"));
  }

 private:
  struct Piece {
    Index first;
    std::span<std::byte> bytes;
  };
  std::vector<Piece> pieces_;
};

/// L1, L0A, L0B, L0C, UB and BT of one core.
class AscendBuffers {
 public:
  explicit AscendBuffers(const AscendChip& chip)
      : memory_{Memory(),     of(chip.l1), of(chip.l0a), of(chip.l0b),
                of(chip.l0c), of(chip.ub), of(chip.bt)} {}

  /// @throws Error where the buffer, or the device's memory, has no such bytes
  std::byte* at(const AscendGm& gm, const AscendPlace& place, Index bytes) const {
    if (place.buffer == AscendBuffer::gm) return gm.at(place.offset, bytes);
    const Memory& memory = memory_[std::size_t(place.buffer)];
    if (place.offset < 0 || bytes < 0 || place.offset + bytes > Index(memory.size()))
      throw Error(sentence("ErrorBuffer: ", bytes, " bytes at ", place.offset, " of ",
                           text(place.buffer), ", which has ", memory.size()));
    return memory.data() + place.offset;
  }

 private:
  static Memory of(const ChipValue& bytes) { return Memory(bytes.whole()); }
  std::array<Memory, 7> memory_;
};

}  // namespace tenon
