// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Pieces of stored tensors read out of their files, so that nothing else becomes memory:
///   FilePieces pieces; pieces.read(file, tensor, from, block, to);
#include <map>

#include <tenon/io/read_region.hpp>
#include <tenon/io/tensor_file.hpp>

namespace tenon {

class FilePieces {
 public:
  /// Reads a region of a tensor of the file into one of a block.  @pre equal sizes.
  /// @throws Error that names the file: it was replaced or cut short meanwhile, or its disk
  /// refuses.
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
  const ReadableFile& open(const MappedFile& mapped) {
    auto found = opened_.find(mapped.path());
    if (found == opened_.end()) found = opened_.emplace(mapped.path(), mapped.path()).first;
    if (!mapped.is_open_as(found->second.descriptor()))
      cannot_read(mapped.path(), "another file took its name while it was being read");
    return found->second;
  }
  std::map<std::string, ReadableFile> opened_;
};

}  // namespace tenon
