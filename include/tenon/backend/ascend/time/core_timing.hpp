// SPDX-License-Identifier: Apache-2.0
#pragma once
/// When each instruction of a core begins and ends: scalar hands them out in order, each pipe works
/// in order, flags hold back.
///   CoreTime time = core_time(program.cores[0], AscendCosts(chip, traffic), chip);
#include <string>

#include <tenon/backend/ascend/time/core_time.hpp>
#include <tenon/backend/ascend/time/instruction_cost.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

namespace detail {

class CoreClock {
 public:
  CoreClock(const std::vector<AscendInstruction>& all, const AscendCosts& costs,
            const AscendChip& chip)
      : all_(all),
        costs_(costs),
        issue_(chip.issue_cycles),
        depth_(std::size_t(chip.queue_depth)) {}

  /// @param interval (instruction, from cycle, to cycle), of each that takes time
  CoreTime run(auto&& interval) {
    for (bool moved = true; moved;) {
      moved = false;
      while (issue()) moved = true;
      for (int p = 0; p < ascend_pipes; ++p)
        while (begin(pipes_[std::size_t(p)], p, interval)) moved = true;
    }
    for (const Pipe& pipe : pipes_) {
      time_.cycles = std::max(time_.cycles, pipe.free);
      if (next_ < all_.size() || pipe.started < pipe.queue.size()) stuck();
    }
    time_.cycles = std::max(time_.cycles, scalar_);
    time_.busy[std::size_t(AscendPipe::scalar)] = double(all_.size()) * issue_;
    return time_;
  }

 private:
  struct Pipe {
    std::vector<std::size_t> queue;  // instructions
    std::vector<double> issued, started_at;
    std::size_t started = 0;
    double free = 0;
  };
  struct Flag {
    bool set = false;
    double at = 0;
  };

  Flag& flag(AscendPipe from, AscendPipe to, std::uint8_t event) {
    return flags_[(std::size_t(from) * ascend_pipes + std::size_t(to)) * 256 + event];
  }

  /// Hands out the next instruction, if its pipe's queue has room; a full one holds back all.
  bool issue() {
    if (next_ == all_.size()) return false;
    Pipe& pipe = pipes_[std::size_t(all_[next_].pipe)];
    const std::size_t before = pipe.queue.size();
    if (before >= depth_) {
      if (pipe.started <= before - depth_) return false;
      scalar_ = std::max(scalar_, pipe.started_at[before - depth_]);
    }
    scalar_ += issue_;
    pipe.queue.push_back(next_++);
    pipe.issued.push_back(scalar_);
    return true;
  }

  bool begin(Pipe& pipe, int p, auto&& interval) {
    if (pipe.started == pipe.queue.size()) return false;
    const AscendInstruction& i = all_[pipe.queue[pipe.started]];
    double at = std::max(pipe.issued[pipe.started], pipe.free);
    if (i.op == AscendOp::wait_flag) {
      Flag& awaited = flag(i.peer, i.pipe, i.event);
      if (!awaited.set) return false;
      at = std::max(at, awaited.at);
      awaited.set = false;
    } else if (i.op == AscendOp::set_flag) {
      Flag& mine = flag(i.pipe, i.peer, i.event);
      if (mine.set) return false;  // until it was waited for
      mine = {true, at};
    }
    const double cycles = costs_.cycles(i, at > ends_[std::size_t(p)] + 1);
    pipe.started_at.push_back(at);
    ++pipe.started;
    pipe.free = at + cycles;
    if (cycles > 0) {
      ends_[std::size_t(p)] = pipe.free;
      time_.busy[std::size_t(p)] += cycles;
      interval(i, at, pipe.free);
    }
    count(time_, i);
    return true;
  }

  [[noreturn]] void stuck() const {
    std::string waiting;
    for (int p = 0; p < ascend_pipes; ++p) {
      const Pipe& pipe = pipes_[std::size_t(p)];
      if (pipe.started == pipe.queue.size()) continue;
      const AscendInstruction& i = all_[pipe.queue[pipe.started]];
      waiting += sentence(waiting.empty() ? "" : ", ", text(i.pipe), " for event ", i.event,
                          " with ", text(i.peer));
    }
    throw Error(sentence("a core never ends; it waits: ", waiting));
  }

  const std::vector<AscendInstruction>& all_;
  const AscendCosts& costs_;
  double issue_;
  std::size_t depth_, next_ = 0;
  double scalar_ = 0;
  std::array<Pipe, ascend_pipes> pipes_;
  std::array<double, ascend_pipes> ends_{};
  std::vector<Flag> flags_ = std::vector<Flag>(ascend_pipes * ascend_pipes * 256);
  CoreTime time_;
};

}  // namespace detail

/// @throws Error where pipes wait for each other for ever
CoreTime core_time(const std::vector<AscendInstruction>& instructions, const AscendCosts& costs,
                   const AscendChip& chip, auto&& interval) {
  return detail::CoreClock(instructions, costs, chip).run(interval);
}
inline CoreTime core_time(const std::vector<AscendInstruction>& instructions,
                          const AscendCosts& costs, const AscendChip& chip) {
  return core_time(instructions, costs, chip, [](const AscendInstruction&, double, double) {});
}

}  // namespace tenon
