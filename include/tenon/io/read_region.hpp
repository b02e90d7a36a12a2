// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A box of a stored tensor, read from its file into a box of a block in memory; no other byte is
/// held:  read_region(file, {{8, 64}}, region({{0,4}, {2,4}}, {{0,4}, {0,4}}), 4, block, to);
#include <cstring>
#include <span>
#include <vector>

#include <tenon/io/chunk_cursor.hpp>
#include <tenon/io/file_window.hpp>

namespace tenon {

/// Bytes [first, first + bytes) of a file: a piece of a tensor, which may be cut anywhere.
struct FileChunk {
  Index first, bytes;
};

namespace detail {

/// Reads runs of a file: long ones, and those far from others, by a request each; short ones that
/// are close together out of one window of the file. In whatever order, best in the file's.
class RunReader {
 public:
  RunReader(const ReadableFile& file, Index window) : file_(file), window_(window) {}

  void add(Index first, Index count, std::byte* to) {
    if (count >= request) return file_.read(first, count, to);
    const bool joins = !runs_.empty() && first >= last_ && first - last_ < request &&
                       first + count - runs_[0].first <= window_ && runs_.size() < most_runs;
    if (!joins) finish();
    runs_.push_back({first, count, to});
    last_ = first + count;
  }
  /// Reads what was added and not yet read.
  void finish() {
    if (runs_.size() > 1) {
      const FileWindow window(file_, runs_[0].first, last_ - runs_[0].first);
      if (const std::byte* data = window.data()) {
        for (const Run& run : runs_)
          std::memcpy(run.to, data + (run.first - runs_[0].first), std::size_t(run.count));
        runs_.clear();
      }
    }
    for (const Run& run : runs_) file_.read(run.first, run.count, run.to);
    runs_.clear();
  }

 private:
  struct Run {
    Index first, count;
    std::byte* to;
  };
  static constexpr Index request = 65536;  // a request costs less than to map or copy so many bytes
  static constexpr std::size_t most_runs = 4096;

  const ReadableFile& file_;
  Index window_, last_ = 0;
  std::vector<Run> runs_;
};

}  // namespace detail

/// Reads a region of a tensor, whose content is the chunks one after another, into one of a block.
/// Cost: the region's bytes are copied once; up to `window` bytes of the file are mapped meanwhile.
/// @pre equal sizes
/// @throws Error that names the file: it was cut short meanwhile, its disk refuses, or `from`
/// leaves the chunks.
inline void read_region(const ReadableFile& file, std::span<const FileChunk> chunks,
                        const Region& from, Index element_bytes, std::byte* block, const Region& to,
                        Index window = Index(16) << 20) {
  Index held = 0;
  for (const FileChunk& chunk : chunks) held += chunk.bytes;
  const std::string mistake = region_mistake(from, element_bytes, held);
  if (!mistake.empty()) cannot_read(file.path(), mistake);
  detail::RunReader reader(file, window);
  ChunkCursor cursor;
  for_each_run(from, to, [&](Index in, Index out, Index run) {
    std::byte* here = block + out * element_bytes;
    cursor.visit(
        in * element_bytes, run * element_bytes, [&](std::size_t i) { return chunks[i].bytes; },
        [&](std::size_t i, Index first, Index count) {
          reader.add(chunks[i].first + first, count, here);
          here += count;
        });
  });
  reader.finish();
}

}  // namespace tenon
