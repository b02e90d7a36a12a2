// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The slices of this rank out of the weights that a model file holds:
///   WeightsOfFile weights(std::move(file));  weights.fill(parameters, imported, rank, way);
/// Used where the file is mapped, if they are one piece there; else read, with no other byte.
#include <map>
#include <optional>

#include <tenon/io/model_file/imported.hpp>
#include <tenon/io/read_region.hpp>
#include <tenon/io/stored_bytes.hpp>
#include <tenon/model/load_options.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon::detail {

class WeightsOfFile {
 public:
  /// @param files that tensors lie in; @param owner of them, and of every other tensor.
  WeightsOfFile(std::span<const MappedFile> files, std::shared_ptr<const void> owner)
      : files_(files), owner_(std::move(owner)) {}

  /// The names of parameters that have no values here.
  std::vector<std::string> fill(Parameters& parameters, std::span<const ImportedParameter> imported,
                                Index rank, LoadWay way) {
    std::map<std::string_view, const ImportedParameter*> by_name;
    for (const ImportedParameter& one : imported) by_name[one.tensor.name] = &one;
    std::vector<std::string> missing;
    std::vector<Parameters::Slice*> in_place;
    for (Parameters::Slice& slice : parameters.slices()) {
      const auto found = by_name.find(slice.name);
      if (found == by_name.end() || !found->second->has_values) {
        missing.push_back(slice.name);
        continue;
      }
      const StoredTensor& tensor = found->second->tensor;
      const Box box = slice.distribution.box(rank);
      if (volume(box) == 0) continue;
      const Region from = region(box, whole_box(tensor.shape));
      const std::byte* there = way == LoadWay::mapped ? bytes_in_place(tensor, from) : nullptr;
      if (there) slice.use_in_place(there, owner_);
      else read(tensor, box, slice.to_fill());
    }
    return missing;
  }

 private:
  /// The file that a tensor lies in, with its bytes there; none of what was made in memory.
  const MappedFile* place(const StoredTensor& tensor, std::vector<FileChunk>& chunks) const {
    const std::less_equal<const char*> not_after;
    for (const MappedFile& file : files_) {
      const std::span<const char> all = file.bytes();
      chunks.clear();
      for (const auto& chunk : tensor.chunks)
        if (not_after(all.data(), chunk.data()) &&
            not_after(chunk.data() + chunk.size(), all.data() + all.size()))
          chunks.push_back({chunk.data() - all.data(), Index(chunk.size())});
      if (!chunks.empty() && chunks.size() == tensor.chunks.size()) return &file;
    }
    return nullptr;
  }
  void read(const StoredTensor& tensor, const Box& box, std::byte* to) {
    const Region from = region(box, whole_box(tensor.shape)), here = region(box, box);
    std::vector<FileChunk> chunks;
    const MappedFile* mapped = place(tensor, chunks);
    if (!mapped) return copy_region(tensor, from, to, here);
    if (opened_path_ != mapped->path()) {
      opened_.emplace(mapped->path());
      opened_path_ = mapped->path();
      mapped->check_open_as(opened_->descriptor());
    }
    read_region(*opened_, chunks, from, bytes(tensor.element), to, here);
  }

  std::span<const MappedFile> files_;
  std::shared_ptr<const void> owner_;
  std::optional<ReadableFile> opened_;
  std::string opened_path_;
};

}  // namespace tenon::detail
