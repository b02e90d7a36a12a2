// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a file is, judged by its first bytes, to tell who gave the wrong one what they gave:
///   text(file_kind(bytes of a .safetensors)) == "a safetensors file"
#include <cstdint>
#include <span>
#include <string_view>

namespace tenon {

enum class FileKind : std::uint8_t {
  unknown, empty, checkpoint, strategy, mindir, onnx, encrypted_gcm, encrypted_cbc, encrypted_sm4,
  safetensors, zip, pickle, numpy, gzip, hdf5, json,
};

constexpr std::string_view text(FileKind kind) {
  constexpr std::string_view names[] = {
      "unknown", "empty", "a MindSpore checkpoint", "a MindSpore strategy file",
      "a MindIR model", "an ONNX model", "encrypted by MindSpore (AES-GCM)",
      "encrypted by MindSpore (AES-CBC)", "encrypted by MindSpore (SM4-CBC)",
      "a safetensors file", "a zip archive (PyTorch and NumPy write them)",
      "a pickle (old releases of PyTorch write them)", "a NumPy array", "a gzip file",
      "an HDF5 file", "JSON text"};
  return names[int(kind)];
}

constexpr bool is_encrypted(FileKind kind) {
  return kind == FileKind::encrypted_gcm || kind == FileKind::encrypted_cbc ||
         kind == FileKind::encrypted_sm4;
}

/// Reads no more than the first 24 bytes. The protobuf files have no magic: they are told apart by
/// their first fields, all of which every writer puts in the same order.
constexpr FileKind file_kind(std::span<const char> bytes) {
  const std::string_view all(bytes.data(), bytes.size());
  const auto byte = [&](std::size_t i) { return i < all.size() ? int(all[i]) & 0xff : -1; };
  const auto after_varint = [&](std::size_t i) {
    while (byte(i) >= 0x80 && i < 20) ++i;
    return i + 1;
  };
  if (all.empty()) return FileKind::empty;
  if (all.starts_with("\xd8\x5e\x3a\x7f")) return FileKind::encrypted_gcm;
  if (all.starts_with("\xd9\x5e\x3a\x7f")) return FileKind::encrypted_cbc;
  if (all.starts_with("\xda\x5e\x3a\x7f")) return FileKind::encrypted_sm4;
  if (all.starts_with("PK\x03\x04")) return FileKind::zip;
  if (all.starts_with("\x93NUMPY")) return FileKind::numpy;
  if (all.starts_with("\x1f\x8b")) return FileKind::gzip;
  if (all.starts_with("\x89HDF")) return FileKind::hdf5;
  if (byte(0) == 0x80 && byte(1) >= 2 && byte(1) <= 5) return FileKind::pickle;
  if (byte(8) == '{' && all.substr(4, 4) == std::string_view("\0\0\0\0", 4))
    return FileKind::safetensors;  // eight bytes of length, then JSON
  if (byte(0) == '{' || byte(0) == '[') return FileKind::json;
  const std::size_t second = after_varint(1);
  if (byte(0) == 0x0a) {  // field 1: a value that begins with its tag, or a version in digits
    if (byte(second) == 0x0a) return FileKind::checkpoint;
    if (byte(second) >= '0' && byte(second) <= '9') return FileKind::mindir;
  }
  if (byte(0) == 0x08) {  // field 1: a number
    const bool items = byte(second) == 0x12 || byte(second) == 0x1a;
    if (byte(second) < 0 || (items && byte(after_varint(second + 1)) == 0x0a))
      return FileKind::strategy;  // items begin with their name
    if (items || byte(second) == 0x22 || byte(second) == 0x3a || byte(second) == 0x42)
      return FileKind::onnx;  // its producer and version, domain, graph or operators follow
  }
  return FileKind::unknown;
}

}  // namespace tenon
