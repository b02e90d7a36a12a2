// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's checkpoint, mapped and not copied:
///   Checkpoint x("x.ckpt"); x.at("layer1.weight").shape == Dims{784, 512}
#include <unordered_map>

#include <tenon/io/checkpoint_values.hpp>
#include <tenon/io/checksum.hpp>
#include <tenon/io/file_kind.hpp>
#include <tenon/io/mapped_file.hpp>

namespace tenon {

/// All tensors of a .ckpt in the order of the file; whoever loads it picks those that it knows (a
/// file also holds epoch_num, learning rates and the like). Movable; chunks live while it does.
/// MindSpore: load_checkpoint; every value is read without trust, and memory grows with the file.
class Checkpoint {
 public:
  /// @throws Error that names the file, and the byte where there is one: it cannot be read, is
  /// empty, encrypted, cut short, damaged or no checkpoint. A file that was cut between two values
  /// is a whole checkpoint of fewer tensors, which only a checksum tells.
  explicit Checkpoint(const std::string& path, Checksum checksum = Checksum::ignored)
      : file_(path) {
    const FileKind kind = file_kind(file_.bytes());
    if (kind == FileKind::empty) throw Error(std::string(path).append(" is empty"));
    const std::string is_none = std::string(path).append(" is no MindSpore checkpoint: ");
    if (is_encrypted(kind))
      cannot_read(path, std::string("it is ").append(text(kind)).append("; decrypt it first"));
    if (kind != FileKind::checkpoint && kind != FileKind::unknown)
      throw Error(std::string(is_none).append("it is ").append(text(kind)));
    const std::string blame = kind == FileKind::unknown
                                  ? is_none
                                  : std::string("cannot read ").append(path).append(": ");
    if (checksum == Checksum::checked) check_checksum(file_);
    for (StoredTensor& tensor : checkpoint_values(without_checksum(file_.bytes()), blame)) {
      const auto [place, is_new] = places_.try_emplace(tensor.name, tensors_.size());
      if (is_new) tensors_.push_back(std::move(tensor));
      else tensors_[place->second] = std::move(tensor);  // as in MindSpore, a later one replaces
    }
  }

  /// The tensor of that name, or none.
  const StoredTensor* find(std::string_view name) const {
    const auto place = places_.find(std::string(name));
    return place == places_.end() ? nullptr : &tensors_[place->second];
  }
  /// @throws Error that names the file and the parameter.
  const StoredTensor& at(std::string_view name) const {
    if (const StoredTensor* tensor = find(name)) return *tensor;
    throw Error(std::string(path()).append(" has no parameter ").append(name).append(": it has ")
                    .append(std::to_string(size())).append(" others, the first is ")
                    .append(tensors_.front().name));
  }

  std::size_t size() const { return tensors_.size(); }
  auto begin() const { return tensors_.begin(); }
  auto end() const { return tensors_.end(); }
  const std::string& path() const { return file_.path(); }

 private:
  MappedFile file_;
  std::vector<StoredTensor> tensors_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace tenon
