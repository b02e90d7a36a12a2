// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What is in a file of any kind: tensors with their types and shapes, a strategy's layouts, a
/// NumPy array.
#include <tenon/io/npy.hpp>
#include <tenon/io/open_tensors.hpp>

#include "../support/bytes_progress.hpp"
#include "strategy_info.hpp"
#include "values.hpp"

namespace tenon::checkpoint {

namespace detail {

inline json tensor_json(const StoredTensor& tensor) {
  json about{{"name", tensor.name},
             {"type", tensor.is_string ? "string" : text(tensor.element)},
             {"shape", list(tensor.shape)},
             {"bytes", tensor.bytes()},
             {"chunks", tensor.chunks.size()}};
  if (const auto value = value_of(tensor)) about["value"] = *value;
  return about;
}

inline std::string tensor_line(const StoredTensor& tensor, std::size_t width) {
  std::string line = padded(printable(tensor.name), width).append("  ");
  line.append(padded(std::string(tensor.is_string ? "string" : text(tensor.element)), 8))
      .append(" ");
  if (const auto value = value_of(tensor))
    return line.append("= ").append(value->dump(-1, ' ', false, json::error_handler_t::replace));
  line.append(text(tensor.shape)).append("  ").append(bytes_text(tensor.bytes()));
  if (tensor.chunks.size() > 1)
    line.append(" in ").append(std::to_string(tensor.chunks.size())).append(" chunks");
  return line;
}

inline Answer tensors_info(const std::string& path, const MappedFile& file, bool check_crc) {
  const FileKind kind = file_kind(file.bytes());
  const TensorFile tensors = open_tensors(path, check_crc ? Checksum::checked : Checksum::ignored);
  const auto checksum = kind == FileKind::safetensors || kind == FileKind::json
                            ? std::optional<std::uint64_t>()
                            : stored_checksum(file.bytes());
  const std::string state = check_crc ? "right" : checksum ? "not checked" : "none";
  const std::string what = kind == FileKind::json          ? "an index of safetensors files"
                           : kind == FileKind::safetensors ? "a safetensors file"
                                                           : "a MindSpore checkpoint";
  Index bytes = 0;
  std::size_t width = 0;
  json list_of = json::array();
  for (const StoredTensor& tensor : tensors) {
    bytes += tensor.bytes();
    width = std::max(width, std::min<std::size_t>(tensor.name.size(), 60));
    list_of.push_back(tensor_json(tensor));
  }
  std::string text_of = std::string(path).append(": ").append(what).append(", ");
  text_of.append(std::to_string(tensors.size())).append(" tensors, ").append(bytes_text(bytes));
  text_of.append(", checksum ").append(state).append("\n");
  for (const auto& [key, value] : tensors.metadata())
    text_of.append("  ").append(printable(key)).append(": ").append(printable(value)).append("\n");
  for (const StoredTensor& tensor : tensors)
    text_of.append("  ").append(tensor_line(tensor, width)).append("\n");
  return {text_of,
          {{"file", path},
           {"kind", what},
           {"checksum", state},
           {"bytes", bytes},
           {"metadata", tensors.metadata()},
           {"tensors", list_of}}};
}

}  // namespace detail

/// @throws Error as whoever reads that kind of file.
inline Answer info(const std::string& path, bool check_crc) {
  const MappedFile file(path);
  const FileKind kind = file_kind(file.bytes());
  if (kind == FileKind::numpy) {
    const Array array = parse_npy(file.bytes(), path);
    const std::string shape = text(array.shape), type(text(array.element));
    return {
        std::string(path)
            .append(": a NumPy array of ")
            .append(type)
            .append(" ")
            .append(shape)
            .append("\n"),
        {{"file", path}, {"kind", "a NumPy array"}, {"type", type}, {"shape", list(array.shape)}}};
  }
  const std::string_view all(file.bytes().data(), file.bytes().size());
  const bool is_index = kind == FileKind::json && all.find("\"weight_map\"") != all.npos;
  if (!is_index && (kind == FileKind::strategy || kind == FileKind::json))
    return strategy_info(read_strategy(path));
  return detail::tensors_info(path, file, check_crc);
}

}  // namespace tenon::checkpoint
