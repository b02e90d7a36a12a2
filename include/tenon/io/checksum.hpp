// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The last 17 bytes of a checkpoint that was saved with crc_check: "crc_num", then the CRC-32 of
/// all bytes before as a big-endian number of 10 bytes.  crc_num 00 00 00 00 00 00 22 ff 51 57
/// MindSpore: save_checkpoint, load_checkpoint.
#include <zlib.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/io/mapped_file.hpp>
#include <tenon/io/readable_file.hpp>

namespace tenon {

enum class Checksum : std::uint8_t { ignored, checked };

inline constexpr std::size_t checksum_bytes = 17;

/// The number in the trailer, if there is one.
inline std::optional<std::uint64_t> stored_checksum(std::span<const char> file) {
  if (file.size() < checksum_bytes) return {};
  const std::string_view trailer(file.data() + file.size() - checksum_bytes, checksum_bytes);
  if (!trailer.starts_with("crc_num")) return {};
  std::uint64_t number = 0;
  for (char byte : trailer.substr(7)) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

/// The trailer of a file with that checksum.
inline std::string checksum_trailer(std::uint64_t checksum) {
  std::string trailer = "crc_num";
  for (int byte = 9; byte >= 0; --byte)
    trailer += byte < 8 ? char(checksum >> 8 * byte & 0xff) : '\0';
  return trailer;
}

/// The file without its trailer.
inline std::span<const char> without_checksum(std::span<const char> file) {
  return stored_checksum(file) ? file.first(file.size() - checksum_bytes) : file;
}

/// @throws Error where the file has no checksum or another one than its bytes, or was replaced or
/// cut short meanwhile.  Cost: the file is read once; 1 MiB of memory.
inline void check_checksum(const MappedFile& file) {
  const auto stored = stored_checksum(file.bytes());
  if (!stored)
    cannot_read(file.path(),
                "its checksum is to be checked but it has none (a file that was cut "
                "short has lost it; crc_check=True writes one)");
  const ReadableFile bytes(file.path());
  file.check_open_as(bytes.descriptor());
  const Index size = Index(file.bytes().size() - checksum_bytes);
  std::vector<std::byte> part(std::size_t(std::min<Index>(size, Index(1) << 20)));
  std::uint64_t found = 0;
  for (Index at = 0; at < size; at += Index(part.size())) {
    const Index count = std::min(size - at, Index(part.size()));
    bytes.read(at, count, part.data());
    found =
        ::crc32_z(found, reinterpret_cast<const unsigned char*>(part.data()), std::size_t(count));
  }
  if (found != *stored)
    cannot_read(file.path(), std::string("it is damaged: the checksum of its bytes is ")
                                 .append(std::to_string(found))
                                 .append(", stored in it is ")
                                 .append(std::to_string(*stored)));
}

}  // namespace tenon
