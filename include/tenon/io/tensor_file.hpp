// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The tensors of a file, of whatever format, by name; mapped and not copied:
///   TensorFile x = open_tensors("x.safetensors"); x.at("layer1.weight").shape == Dims{784, 512}
#include <algorithm>
#include <functional>
#include <map>

#include <tenon/io/mapped_file.hpp>
#include <tenon/io/stored_tensor.hpp>

namespace tenon {

using Metadata = std::map<std::string, std::string>;

/// All tensors in the order of the file; whoever loads it picks those that it knows (a checkpoint
/// also holds epoch_num, learning rates and the like). Movable; chunks live while it does.
class TensorFile {
 public:
  /// The tensors of one file, in which their chunks lie.
  /// @throws Error that names the file when two tensors have one name.
  TensorFile(MappedFile&& file, std::vector<StoredTensor> tensors, Metadata metadata = {})
      : path_(file.path()), tensors_(std::move(tensors)), metadata_(std::move(metadata)) {
    files_.push_back(std::move(file));
    sort_by_name();
  }
  /// Those of several files, which `path` stands for.
  TensorFile(std::string path, std::vector<MappedFile> files, std::vector<StoredTensor> tensors)
      : path_(std::move(path)), files_(std::move(files)), tensors_(std::move(tensors)) {
    sort_by_name();
  }

  /// The tensor of that name, or none.
  const StoredTensor* find(std::string_view wanted) const {
    const auto place =
        std::lower_bound(by_name_.begin(), by_name_.end(), wanted,
                         [&](auto i, std::string_view other) { return tensors_[i].name < other; });
    return place == by_name_.end() || tensors_[*place].name != wanted ? nullptr : &tensors_[*place];
  }
  /// @throws Error that names the file and the parameter.
  const StoredTensor& at(std::string_view wanted) const {
    if (const StoredTensor* tensor = find(wanted)) return *tensor;
    throw Error(std::string(path())
                    .append(" has no parameter ")
                    .append(wanted)
                    .append(": it has ")
                    .append(std::to_string(size()))
                    .append(" others")
                    .append(size() == 0 ? "" : ", the first is ")
                    .append(size() == 0 ? "" : tensors_.front().name));
  }

  std::size_t size() const { return tensors_.size(); }
  auto begin() const { return tensors_.begin(); }
  auto end() const { return tensors_.end(); }
  const std::string& path() const { return path_; }
  /// That the tensors lie in: several where path() is an index.
  const std::vector<MappedFile>& files() const { return files_; }
  /// The file that a chunk of one of its tensors lies in, and at which byte.
  std::pair<const MappedFile*, Index> place(std::span<const char> chunk) const {
    const std::less_equal<const char*> not_after;
    for (const MappedFile& file : files_) {
      const std::span<const char> all = file.bytes();
      if (not_after(all.data(), chunk.data()) &&
          not_after(chunk.data() + chunk.size(), all.data() + all.size()))
        return {&file, chunk.data() - all.data()};
    }
    throw Error(std::string(path_).append(" has no such chunk"));
  }
  /// Gives back the memory of what was read so far; it is read again where it is used.
  void forget() const {
    for (const MappedFile& file : files_) file.forget();
  }
  /// What a .safetensors says besides, as {"format", "ms"}.
  const Metadata& metadata() const { return metadata_; }

 private:
  const std::string& name(std::size_t i) const { return tensors_[by_name_[i]].name; }

  void sort_by_name() {
    by_name_.resize(tensors_.size());
    for (std::size_t i = 0; i < by_name_.size(); ++i) by_name_[i] = std::uint32_t(i);
    std::sort(by_name_.begin(), by_name_.end(),
              [&](auto a, auto b) { return tensors_[a].name < tensors_[b].name; });
    for (std::size_t i = 1; i < by_name_.size(); ++i)
      if (name(i - 1) == name(i))
        cannot_read(path_, std::string("two tensors are named ").append(name(i)));
  }

  std::string path_;
  std::vector<MappedFile> files_;
  std::vector<StoredTensor> tensors_;
  Metadata metadata_;
  std::vector<std::uint32_t> by_name_;
};

}  // namespace tenon
