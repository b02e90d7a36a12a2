// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's checkpoint, mapped and not copied:
///   Checkpoint x("x.ckpt"); x.at("layer1.weight").shape == Dims{784, 512}
#include <tenon/io/checkpoint_values.hpp>
#include <tenon/io/checksum.hpp>
#include <tenon/io/file_kind.hpp>
#include <tenon/io/tensor_file.hpp>

namespace tenon {

namespace detail {

/// As in MindSpore, a later tensor of one name takes the place of the first.
inline std::vector<StoredTensor> latest_by_name(std::vector<StoredTensor> tensors) {
  std::vector<std::uint32_t> by_name(tensors.size());
  for (std::size_t i = 0; i < by_name.size(); ++i) by_name[i] = std::uint32_t(i);
  std::stable_sort(by_name.begin(), by_name.end(),
                   [&](auto a, auto b) { return tensors[a].name < tensors[b].name; });
  for (std::size_t i = 0, next; i < by_name.size(); i = next) {
    const std::uint32_t first = by_name[i];
    for (next = i + 1; next < by_name.size(); ++next) {
      StoredTensor& later = tensors[by_name[next]];
      if (later.name != tensors[first].name) break;
      std::swap(tensors[first], later);
      later.name.clear();  // no tensor that is read has none
    }
  }
  std::erase_if(tensors, [](const StoredTensor& tensor) { return tensor.name.empty(); });
  return tensors;
}

}  // namespace detail

/// The tensors of a checkpoint; every value is read without trust. MindSpore: load_checkpoint.
class Checkpoint : public TensorFile {
 public:
  /// @throws Error that names the file, and the byte where there is one: it cannot be read, is
  /// empty, encrypted, cut short, damaged or no checkpoint. A file that was cut between two values
  /// is a whole checkpoint of fewer tensors, which only a checksum tells.
  explicit Checkpoint(const std::string& path, Checksum checksum = Checksum::ignored)
      : Checkpoint(MappedFile(path), checksum) {}
  explicit Checkpoint(MappedFile&& file, Checksum checksum = Checksum::ignored)
      : Checkpoint(values(file, checksum), std::move(file)) {}

 private:
  Checkpoint(std::vector<StoredTensor> tensors, MappedFile&& file)
      : TensorFile(std::move(file), std::move(tensors)) {}

  static std::vector<StoredTensor> values(const MappedFile& file, Checksum checksum) {
    const std::string& path = file.path();
    const FileKind kind = file_kind(file.bytes());
    if (kind == FileKind::empty) throw Error(std::string(path).append(" is empty"));
    const std::string is_none = std::string(path).append(" is no MindSpore checkpoint: ");
    if (is_encrypted(kind))
      cannot_read(path, std::string("it is ").append(text(kind)).append("; decrypt it first"));
    if (kind != FileKind::checkpoint && kind != FileKind::unknown)
      throw Error(std::string(is_none).append("it is ").append(text(kind)));
    const std::string blame = kind == FileKind::unknown
                                  ? is_none
                                  : std::string("cannot read ").append(path).append(": ");
    if (checksum == Checksum::checked) check_checksum(file);
    return detail::latest_by_name(checkpoint_values(without_checksum(file.bytes()), blame));
  }
};

}  // namespace tenon
