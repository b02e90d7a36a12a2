// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Who wrote and who read each part of a buffer, and whether what follows is ordered behind it.
///   memory.read({0, 512}, now);  throws AscendFault{ErrorRead2, ...} where nothing was written
#include <algorithm>
#include <array>

#include <tenon/backend/ascend/legality/legality_instruction.hpp>

namespace tenon::detail {

/// What a pipe knows to be done: of each pipe, its first so many instructions.
using Known = std::array<Index, ascend_pipes>;

/// An instruction: the number'th of its pipe.
struct Moment {
  AscendPipe pipe = AscendPipe::scalar;
  Index number = 0;
  Known known{};
  Index since_barrier = 0;  // the first of its pipe behind the last barrier
};

class LegalMemory {
 public:
  void read(const AscendExtent& x, const Moment& now) {
    Index covered = 0;
    for (Part& part : parts_) {
      const Index from = std::max(part.from, x.from), to = std::min(part.to, x.to);
      if (from >= to) continue;
      covered += to - from;
      check_order(x, part.writer, part.number, now, "reads", "wrote");
      part.was_read = true;
      part.readers[std::size_t(now.pipe)] = now.number + 1;
    }
    if (covered < x.to - x.from)
      throw AscendFault{AscendRule::ErrorRead2,
                        sentence(x.to - x.from - covered, " of the ", x.to - x.from, " bytes of ",
                                 text(x.buffer), " from ", x.from, " were never written")};
  }

  void write(const AscendExtent& x, const Moment& now) {
    std::vector<Part> parts;
    Index unread = 0;
    for (const Part& part : parts_) {
      const Index from = std::max(part.from, x.from), to = std::min(part.to, x.to);
      if (from >= to) {
        parts.push_back(part);
        continue;
      }
      check_order(x, part.writer, part.number, now, "writes", "wrote");
      for (std::size_t p = 0; p < part.readers.size(); ++p)
        if (part.readers[p])
          check_order(x, AscendPipe(p), part.readers[p] - 1, now, "writes", "read");
      if (!part.was_read) unread += to - from;
      keep(parts, part, part.from, from);
      keep(parts, part, to, part.to);
    }
    if (x.to > x.from && unread == x.to - x.from)
      throw AscendFault{AscendRule::ErrorWrite3,
                        sentence("bytes ", x.from, " to ", x.to, " of ", text(x.buffer),
                                 " are overwritten before anyone has read them")};
    parts.push_back({x.from, x.to, now.pipe, now.number, false, {}});
    parts_ = std::move(parts);
  }

 private:
  struct Part {
    Index from, to;
    AscendPipe writer;
    Index number;
    bool was_read;
    Known readers;  // the last of each pipe, + 1
  };

  static void keep(std::vector<Part>& parts, Part part, Index from, Index to) {
    part.from = from;
    part.to = to;
    if (from < to) parts.push_back(part);
  }

  static void check_order(const AscendExtent& x, AscendPipe pipe, Index number, const Moment& now,
                          std::string_view does, std::string_view did) {
    if (pipe == now.pipe) {  // vector alone begins an instruction before the last one's end
      if (pipe == AscendPipe::vector && did == "wrote" && number >= now.since_barrier)
        throw AscendFault{AscendRule::ErrorSync1,
                          sentence("V ", does, " bytes ", x.from, " to ", x.to, " of ",
                                   text(x.buffer), ", which it wrote, without a barrier between")};
      return;
    }
    if (now.known[std::size_t(pipe)] <= number)
      throw AscendFault{
          AscendRule::ErrorSync2,
          sentence(text(now.pipe), " ", does, " bytes ", x.from, " to ", x.to, " of ",
                   text(x.buffer), ", which ", text(pipe), " ", did, ", without a flag between")};
  }

  std::vector<Part> parts_;
};

}  // namespace tenon::detail
