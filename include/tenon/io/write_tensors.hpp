// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes tensors in the format that the file's name ends in:
///   write_tensors("x.safetensors", tensors);  write_tensors("x.ckpt", tensors, {.checksum = true})
#include <filesystem>

#include <tenon/io/write_checkpoint.hpp>
#include <tenon/io/write_safetensors.hpp>

namespace tenon {

enum class TensorFormat : std::uint8_t { checkpoint, safetensors };

/// @throws Error for another ending than .ckpt and .safetensors.
inline TensorFormat format_of(const std::string& path) {
  if (path.ends_with(".ckpt")) return TensorFormat::checkpoint;
  if (path.ends_with(".safetensors")) return TensorFormat::safetensors;
  cannot_write(path, "its name says no format; legal: .ckpt and .safetensors");
}

struct WriteOptions {
  bool checksum = false;                                             // a .ckpt ends with one
  std::map<std::string, std::string> metadata = {{"format", "ms"}};  // of a .safetensors
};

/// @throws Error where the format has no such thing: a .safetensors has no strings, no int4x2 and
/// no checksum, a .ckpt no vector of no elements (to its readers that is a scalar).
inline void check_format(const std::string& path, const std::vector<TensorSource>& tensors,
                         bool checksum) {
  const bool is_checkpoint = format_of(path) == TensorFormat::checkpoint;
  if (checksum && !is_checkpoint)
    cannot_write(path, "a .safetensors has no place for a checksum; a .ckpt has");
  for (const TensorSource& tensor : tensors) {
    if (tensor.is_string && !is_checkpoint)
      cannot_write(path, std::string(tensor.name)
                             .append(" is a string, which a .safetensors "
                                     "cannot hold: leave it out or write "
                                     "a .ckpt"));
    if (!is_checkpoint && detail::safetensors_rank(tensor.element) < 0)
      cannot_write(path, std::string(tensor.name)
                             .append(" is of ")
                             .append(text(tensor.element))
                             .append(", which a .safetensors cannot hold"));
    if (is_checkpoint && !tensor.is_string && tensor.shape == Dims{0})
      cannot_write(path, std::string(tensor.name)
                             .append(" would have no elements, of the shape "
                                     "[0], which a .ckpt cannot hold: write "
                                     ".safetensors, or cut over fewer ranks"));
  }
}

/// The folder that a file is to be in, made where it is not there.
/// @throws Error that names the file and the cause.
inline void make_folder_of(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  if (failed) cannot_write(path, cause(failed.value()));
}

/// Replaces `path` by the tensors: a .ckpt has them in their order, a .safetensors sorted.
/// @throws Error as check_format, write_checkpoint and write_safetensors.
inline void write_tensors(const std::string& path, const std::vector<TensorSource>& tensors,
                          const WriteOptions& options = {}) {
  check_format(path, tensors, options.checksum);
  if (format_of(path) == TensorFormat::checkpoint)
    write_checkpoint(path, tensors, {.checksum = options.checksum});
  else write_safetensors(path, tensors, {.metadata = options.metadata});
}

/// The source, telling how many bytes it has given.
inline TensorSource counted(TensorSource source, const std::function<void(Index)>& on_bytes) {
  source.produce = [produce = std::move(source.produce), on_bytes](const Pieces& write) {
    produce([&](std::span<const char> bytes) {
      constexpr std::size_t most = std::size_t(4) << 20;  // a mapped tensor comes in one piece
      for (; !bytes.empty(); bytes = bytes.subspan(std::min(most, bytes.size()))) {
        const std::span<const char> piece = bytes.first(std::min(most, bytes.size()));
        write(piece);
        on_bytes(Index(piece.size()));
      }
    });
  };
  return source;
}

}  // namespace tenon
