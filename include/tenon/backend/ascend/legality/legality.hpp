// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Whether a chip can run a program:  check_legal(program, Ascend910())
/// Flags order pipes; what is only right because of how long things take is an error.
#include <tenon/backend/ascend/legality/legality_memory.hpp>

namespace tenon {
namespace detail {

class LegalCore {
 public:
  LegalCore(const std::vector<AscendInstruction>& all, const AscendChip& chip, Index gm_bytes)
      : all_(all),
        chip_(chip),
        gm_bytes_(gm_bytes),
        depth_(std::size_t(chip.queue_depth.whole())) {}

  /// @throws Error that begins with `where`
  void check(const std::string& where) {
    for (bool moved = true; moved;) {
      moved = false;
      for (; next_ < all_.size() && room(); ++next_, moved = true)
        pipes_[std::size_t(all_[next_].pipe)].queue.push_back(next_);
      for (Pipe& pipe : pipes_)
        while (pipe.begun < pipe.queue.size() && step(pipe, where)) moved = true;
    }
    for (const Pipe& pipe : pipes_)
      if (pipe.begun < pipe.queue.size())
        fail(where, pipe.queue[pipe.begun],
             {AscendRule::ErrorSync3,
              next_ < all_.size()
                  ? sentence("waits for ever; a queue of ", depth_, " instructions is full")
                  : std::string("waits for ever: its flag is never set")});
    for (std::size_t f = 0; f < flags_.size(); ++f)
      if (flags_[f].set)
        fail(where, flags_[f].by, {AscendRule::ErrorSync3, "its flag is never waited for"});
  }

 private:
  struct Pipe {
    std::vector<std::size_t> queue;
    std::size_t begun = 0;
    Moment now{};
  };
  struct Flag {
    bool set = false, ever = false;
    std::size_t by = 0;
    Known known{};
    Index waited = 0;  // as the how many'th of its pipe the last one was
  };

  bool room() const {
    const Pipe& pipe = pipes_[std::size_t(all_[next_].pipe)];
    return pipe.queue.size() - pipe.begun < depth_;
  }

  [[noreturn]] void fail(const std::string& where, std::size_t index,
                         const AscendFault& fault) const {
    const AscendInstruction& i = all_[index];
    throw Error(sentence(where, ", instruction ", index, " (", text(i.op), " on ", text(i.pipe),
                         "): ", text(fault.rule), ": ", fault.words));
  }

  bool step(Pipe& pipe, const std::string& where) {
    const std::size_t index = pipe.queue[pipe.begun];
    const AscendInstruction& i = all_[index];
    try {
      check_instruction(i, chip_, gm_bytes_);
      pipe.now.pipe = i.pipe;
      if (i.op == AscendOp::wait_flag && !wait(i, pipe.now)) return false;
      if (i.op == AscendOp::set_flag) set(i, index, pipe.now);
      if (i.op == AscendOp::barrier) pipe.now.since_barrier = pipe.now.number;
      touch(i, pipe.now);
    } catch (const AscendFault& fault) {
      fail(where, index, fault);
    }
    ++pipe.begun;
    ++pipe.now.number;
    return true;
  }

  Flag& flag(AscendPipe from, AscendPipe to, std::uint8_t event) {
    return flags_[(std::size_t(from) * ascend_pipes + std::size_t(to)) * 256 + event];
  }

  bool wait(const AscendInstruction& i, Moment& now) {
    Flag& awaited = flag(i.peer, i.pipe, i.event);
    if (!awaited.set) return false;
    for (std::size_t p = 0; p < now.known.size(); ++p)
      now.known[p] = std::max(now.known[p], awaited.known[p]);
    awaited.set = false;
    awaited.waited = now.number;
    return true;
  }

  void set(const AscendInstruction& i, std::size_t index, const Moment& now) {
    Flag& mine = flag(i.pipe, i.peer, i.event);
    if (mine.set || (mine.ever && now.known[std::size_t(i.peer)] <= mine.waited))
      throw AscendFault{AscendRule::ErrorSync4,
                        sentence("event ", i.event, " from ", text(i.pipe), " to ", text(i.peer),
                                 " is set again before it is sure to have been waited for")};
    mine = {true, true, index, now.known, mine.waited};
    mine.known[std::size_t(i.pipe)] = now.number;
  }

  void touch(const AscendInstruction& i, const Moment& now) {
    const AscendExtents all = extents(i);
    const auto own = [&](const AscendExtent& x) {
      if (x.buffer == AscendBuffer::gm) return false;
      const bool of_vector = x.buffer == AscendBuffer::ub;
      uses_ub_ = uses_ub_ || of_vector;
      uses_cube_ = uses_cube_ || !of_vector;
      if (chip_.separate_cores != 0 && uses_ub_ && uses_cube_)
        throw AscendFault{AscendRule::ErrorRead1, sentence("a core of ", chip_.name,
                                                           " has either UB or the cube's buffers")};
      return true;
    };
    for (const AscendExtent& x : all.reads)
      if (own(x)) memories_[std::size_t(x.buffer)].read(x, now);
    for (const AscendExtent& x : all.writes)
      if (own(x)) memories_[std::size_t(x.buffer)].write(x, now);
  }

  const std::vector<AscendInstruction>& all_;
  const AscendChip& chip_;
  Index gm_bytes_;
  std::size_t depth_, next_ = 0;
  std::array<Pipe, ascend_pipes> pipes_;
  std::array<LegalMemory, 7> memories_;
  std::vector<Flag> flags_ = std::vector<Flag>(ascend_pipes * ascend_pipes * 256);
  bool uses_ub_ = false, uses_cube_ = false;
};

}  // namespace detail

/// @throws Error: the core, the instruction, the rule by the vendor's name, and the numbers
inline void check_legal(const AscendProgram& program, const AscendChip& chip) {
  const Index cores = Index(program.cores.size());
  const Index most = std::max(chip.cube_cores.whole(), chip.vector_cores.whole());
  if (cores > most)
    throw Error(sentence("a program of ", cores, " cores on ", chip.name, ", which has ", most));
  for (Index core = 0; core < cores; ++core)
    detail::LegalCore(program.cores[std::size_t(core)], chip, program.gm_bytes)
        .check(sentence("core ", core));
}

}  // namespace tenon
