// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A .safetensors file, mapped and not copied:
///   Safetensors x("x.safetensors"); x.at("layer1.weight").shape == Dims{784, 512}
#include <tenon/io/file_kind.hpp>
#include <tenon/io/safetensors_header.hpp>
#include <tenon/io/tensor_file.hpp>

namespace tenon {

/// All tensors of a .safetensors file's bytes.
/// @throws Error that names the file, the byte and the cause, when anything is damaged.
inline SafetensorsHeader safetensors_header(std::span<const char> file, const std::string& path) {
  const FileKind kind = file_kind(file);
  if (kind == FileKind::empty) throw Error(std::string(path).append(" is empty"));
  if (kind != FileKind::safetensors && kind != FileKind::unknown)
    throw Error(std::string(path).append(" is no safetensors file: it is ").append(text(kind)));
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0 && file.size() >= 8;)
    length = length << 8 | static_cast<unsigned char>(file[i]);
  constexpr std::uint64_t longest = 100'000'000;  // as in other readers
  if (kind == FileKind::unknown && (file.size() < 9 || file[8] != '{' || length > longest))
    throw Error(std::string(path).append(
        " is no safetensors file, or one cut short: it does not begin with the length of a header "
        "of at most 100 MB and {"));
  const std::string blame = std::string("cannot read ").append(path).append(": ");
  if (length > file.size() - 8)
    throw Error(std::string(blame).append("at byte 0: a header of ").append(std::to_string(length))
                    .append(" bytes begins, but ").append(std::to_string(file.size() - 8))
                    .append(" are left: it is cut short or damaged"));
  const std::span<const char> data = file.subspan(8 + std::size_t(length));
  detail::SafetensorsEvents events(data);
  events.read(file.subspan(8, std::size_t(length)), blame, 8);
  detail::check_cover(events.header, data, 8 + std::size_t(length), blame);
  return std::move(events.header);
}

/// The tensors of one file. MindSpore: load_checkpoint(format="safetensors").
class Safetensors : public TensorFile {
 public:
  /// @throws Error that names the file, and the byte where there is one: it cannot be read, is
  /// empty, cut short, damaged, no safetensors file, or has tensors of an unsupported type.
  explicit Safetensors(const std::string& path) : Safetensors(MappedFile(path)) {}
  explicit Safetensors(MappedFile&& file)
      : Safetensors(safetensors_header(file.bytes(), file.path()), std::move(file)) {}

 private:
  Safetensors(SafetensorsHeader header, MappedFile&& file)
      : TensorFile(std::move(file), std::move(header.tensors), std::move(header.metadata)) {}
};

}  // namespace tenon
