// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What is wrong with an instruction by itself on a chip: its path, bounds, alignment, sizes.
///   check_instruction(mmad of 5000x16x16, chip, gm_bytes) throws AscendFault{Limit, ...}
#include <tenon/backend/ascend/legality/legality_fault.hpp>
#include <tenon/backend/ascend/program/instruction_extents.hpp>

namespace tenon::detail {

inline Index bytes_of(AscendBuffer buffer, const AscendChip& chip, Index gm_bytes) {
  switch (buffer) {
    case AscendBuffer::gm: return gm_bytes;
    case AscendBuffer::l1: return chip.l1.whole();
    case AscendBuffer::l0a: return chip.l0a.whole();
    case AscendBuffer::l0b: return chip.l0b.whole();
    case AscendBuffer::l0c: return chip.l0c.whole();
    case AscendBuffer::ub: return chip.ub.whole();
    case AscendBuffer::bt: return chip.bt.whole();
  }
  return 0;
}

constexpr Index alignment(AscendBuffer buffer) {
  switch (buffer) {
    case AscendBuffer::gm: return 1;
    case AscendBuffer::l0a:
    case AscendBuffer::l0b: return 512;
    case AscendBuffer::l0c:
    case AscendBuffer::bt: return 64;
    default: return 32;
  }
}

/// Whether a pipe of this chip has a way between these buffers.
inline bool has_path(const AscendInstruction& i, const AscendChip& chip) {
  using enum AscendBuffer;
  const AscendBuffer from = i.a.buffer, to = i.to.buffer;
  switch (i.op) {
    case AscendOp::copy:
      if (i.pipe == AscendPipe::mte2) return from == gm && (to == l1 || to == ub);
      return i.pipe == AscendPipe::mte3 && from == ub &&
             (to == gm || (to == l1 && chip.separate_cores == 0));
    case AscendOp::load:
      return i.pipe == AscendPipe::mte1 && from == l1 &&
             (to == l0a || to == l0b || (to == bt && chip.bt > 0));
    case AscendOp::mmad:
      return i.pipe == AscendPipe::cube && from == l0a && i.b.buffer == l0b && to == l0c;
    case AscendOp::take_out:
      if (chip.fix_pipe == 0) return i.pipe == AscendPipe::vector && from == l0c && to == ub;
      return i.pipe == AscendPipe::fix && from == l0c && (to == gm || to == l1);
    case AscendOp::calculate: return i.pipe == AscendPipe::vector && from == ub && to == ub;
    default: return true;
  }
}

inline void check_sizes(const AscendInstruction& i, const AscendChip& chip) {
  if (i.m < 0 || i.n < 0 || i.k < 0 || i.stride_from < 0 || i.stride_to < 0)
    throw AscendFault{AscendRule::Limit, "a size or a stride is negative"};
  if (i.op != AscendOp::mmad) return;
  const Index limit = chip.mmad_limit.whole();
  for (const Index size : {i.m, i.n, i.k})
    if (size > limit)
      throw AscendFault{AscendRule::Limit,
                        sentence("m, n, k = ", i.m, ", ", i.n, ", ", i.k, " of at most ", limit)};
  const bool wide = i.from == Element::float32 || i.from == Element::bfloat16;
  const bool narrow = i.from == Element::float16 || i.from == Element::int8;
  if (!narrow && !(wide && chip.cube_float32 != 0))
    throw AscendFault{AscendRule::Limit, sentence("this cube does not multiply ", text(i.from))};
}

inline void check_instruction(const AscendInstruction& i, const AscendChip& chip, Index gm_bytes) {
  check_sizes(i, chip);
  const bool sets = i.op == AscendOp::set_flag, waits = i.op == AscendOp::wait_flag;
  if ((sets || waits) && (i.event >= chip.events.whole() || i.pipe == i.peer))
    throw AscendFault{AscendRule::ErrorSync4,
                      sentence("event ", i.event, " from ", text(sets ? i.pipe : i.peer), " to ",
                               text(sets ? i.peer : i.pipe), "; there are ", chip.events.whole(),
                               " between two pipes")};
  if (!has_path(i, chip)) {
    const bool to_there = i.op == AscendOp::take_out || i.op == AscendOp::load;
    throw AscendFault{to_there ? AscendRule::ErrorWrite1 : AscendRule::ErrorRead1,
                      sentence("there is no path ", text(i.a.buffer), " -> ", text(i.to.buffer),
                               " by ", text(i.pipe), " on ", chip.name)};
  }
  if (i.op == AscendOp::copy && i.to_format == AscendFormat::nz &&
      i.to.buffer == AscendBuffer::l1 && i.from_format == AscendFormat::nd && chip.nd_to_nz == 0)
    throw AscendFault{AscendRule::ErrorWrite1,
                      sentence("there is no nd -> nz on the way into L1 on ", chip.name)};
  const AscendExtents all = extents(i);
  const auto check_extent = [&](const AscendExtent& x, bool reads) {
    const Index has = bytes_of(x.buffer, chip, gm_bytes);
    if (x.from < 0 || x.to > has)
      throw AscendFault{
          reads ? AscendRule::ErrorRead3 : AscendRule::ErrorWrite2,
          sentence("bytes ", x.from, " to ", x.to, " of ", text(x.buffer), ", which has ", has)};
    const Index border = alignment(x.buffer);
    if (x.from % border != 0)
      throw AscendFault{
          reads ? AscendRule::ErrorRead4 : AscendRule::ErrorWrite4,
          sentence(text(x.buffer), " from byte ", x.from, ", which is no multiple of ", border)};
  };
  for (const AscendExtent& x : all.reads) check_extent(x, true);
  for (const AscendExtent& x : all.writes) check_extent(x, false);
}

}  // namespace tenon::detail
