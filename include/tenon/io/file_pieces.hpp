// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Pieces of stored tensors read out of their files, so that nothing else becomes memory, and a
/// file that is cut short meanwhile is an error and no signal:
///   FilePieces pieces; pieces.read(file, tensor, from, block, to);
#include <sys/resource.h>

#include <map>

#include <tenon/io/read_region.hpp>
#include <tenon/io/tensor_file.hpp>

namespace tenon {

/// Keeps files open that were read last: 64, or a quarter of what a process may where that is more.
class FilePieces {
 public:
  /// Reads a region of a tensor of the file into one of a block.  @pre equal sizes.
  /// @throws Error that names the file: it was replaced or cut short meanwhile, its disk refuses,
  /// or the region leaves the tensor.
  void read(const TensorFile& file, const StoredTensor& tensor, const Region& from,
            std::byte* block, const Region& to) {
    if (from.volume() == 0) return;
    std::vector<FileChunk> chunks;
    const MappedFile* mapped = nullptr;
    for (const auto& chunk : tensor.chunks) {
      const auto [in, first] = file.place(chunk);
      mapped = in;
      chunks.push_back({first, Index(chunk.size())});
    }
    if (!mapped) cannot_read(file.path(), std::string(tensor.name).append(" has no bytes in it"));
    read_region(open(*mapped), chunks, from, bytes(tensor.element), block, to);
  }
  /// visit(part of the bytes) for all of a tensor, in order, 256 KiB after 256 KiB.
  void for_each_part(const TensorFile& file, const StoredTensor& tensor, auto&& visit) {
    std::vector<std::byte> buffer(std::size_t(1) << 18);
    for (const auto& chunk : tensor.chunks) {
      const auto [mapped, first] = file.place(chunk);
      for (std::size_t at = 0; at < chunk.size(); at += buffer.size()) {
        const std::size_t count = std::min(buffer.size(), chunk.size() - at);
        open(*mapped).read(first + Index(at), Index(count), buffer.data());
        visit(std::span<const std::byte>(buffer.data(), count));
      }
    }
  }

 private:
  struct Opened {
    explicit Opened(const std::string& path) : file(path) {}
    ReadableFile file;
    Index used = 0;  // when, counted in reads
  };
  static std::size_t most_files() {
    constexpr rlim_t least = 64, most = 65536;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return least;
    return std::size_t(std::clamp(limit.rlim_cur / 4, least, most));
  }

  const ReadableFile& open(const MappedFile& mapped) {
    auto found = opened_.find(mapped.path());
    if (found != opened_.end() && !mapped.is_open_as(found->second.file.descriptor()))
      opened_.erase(found), found = opened_.end();  // it had the name before
    if (found == opened_.end()) {
      if (opened_.size() == most_open_) close_one();
      found = opened_.try_emplace(mapped.path(), mapped.path()).first;
      mapped.check_open_as(found->second.file.descriptor());
    }
    found->second.used = ++reads_;
    return found->second.file;
  }
  void close_one() {
    opened_.erase(std::min_element(
        opened_.begin(), opened_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
  }

  const std::size_t most_open_ = most_files();
  std::map<std::string, Opened> opened_;
  Index reads_ = 0;
};

}  // namespace tenon
