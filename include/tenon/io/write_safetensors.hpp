// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes a .safetensors file, to the last byte what MindSpore writes of the same content:
///   write_safetensors("x.safetensors", Checkpoint("x.ckpt"));
#include <tenon/io/atomic_write.hpp>
#include <tenon/io/safetensors_header.hpp>
#include <tenon/io/tensor_source.hpp>

namespace tenon {

struct SafetensorsOptions {
  std::map<std::string, std::string> metadata = {{"format", "ms"}};
  mode_t mode = 0400;  // as MindSpore's
};

namespace detail {

/// The place of the type in the format's order; -1: it has none.
inline int safetensors_rank(Element element) {
  constexpr int count = int(std::size(safetensors_types));
  int rank = 0;
  while (rank < count && safetensors_types[rank].element != element) ++rank;
  return rank < count ? rank : -1;
}

/// The length and the JSON, filled with spaces to a multiple of eight.  @throws Error on a name
/// that is no UTF-8, is doubled or too long, and on strings and int4x2, which the format has not.
inline std::string safetensors_text(const std::vector<TensorSource>& sorted,
                                    const SafetensorsOptions& options, const std::string& path) {
  const auto quoted = [&](const std::string& text) {
    try {
      return nlohmann::json(text).dump();
    } catch (const nlohmann::json::exception&) {
      cannot_write(path, "a name or a text of __metadata__ is no UTF-8");
    }
  };
  std::string json = "{";
  if (!options.metadata.empty()) {
    json += "\"__metadata__\":";
    for (char separator = '{'; const auto& [key, value] : options.metadata) {
      json.append(1, separator).append(quoted(key)).append(":").append(quoted(value));
      separator = ',';
    }
    json += '}';
  }
  Index offset = 0;
  for (const TensorSource& source : sorted) {
    const std::optional<Index> size = size_in_bytes(source.shape, source.element);
    if (source.is_string)
      cannot_write(path, std::string(source.name).append(" is a string, which the format has not"));
    if (safetensors_rank(source.element) < 0)
      cannot_write(path, std::string(source.name).append(" is of ").append(text(source.element))
                             .append(", which the format has not"));
    if (source.name.empty() || source.name.size() > max_name_bytes || source.name == "__metadata__")
      cannot_write(path, "a tensor has a name of no or of more than 4096 bytes, or __metadata__");
    if (!size) cannot_write(path, std::string(source.name).append(" has no such shape"));
    std::string shape;
    for (Index one : source.shape) shape.append(shape.empty() ? "" : ",").append(text(one));
    json.append(json.size() > 1 ? "," : "").append(quoted(source.name)).append(":{\"dtype\":\"")
        .append(safetensors_types[safetensors_rank(source.element)].name)
        .append("\",\"shape\":[").append(shape).append("],\"data_offsets\":[")
        .append(text(offset)).append(",").append(text(offset + *size)).append("]}");
    offset += *size;
  }
  json += '}';
  json.append((8 - json.size() % 8) % 8, ' ');
  std::string header;
  for (int shift = 0; shift < 64; shift += 8) header += char(json.size() >> shift & 0xff);
  return header.append(json);
}

}  // namespace detail

/// Replaces `path` by a file of the tensors (anything that converts to TensorSource), wide elements
/// first and then by name, as safetensors' own writer does. No tensor is copied.
/// @throws Error when a tensor cannot be written or the disk is full; `path` is then as before.
void write_safetensors(const std::string& path, const auto& tensors,
                       const SafetensorsOptions& options = {}) {
  std::vector<TensorSource> sorted(tensors.begin(), tensors.end());
  std::sort(sorted.begin(), sorted.end(), [](const TensorSource& a, const TensorSource& b) {
    const int x = detail::safetensors_rank(a.element), y = detail::safetensors_rank(b.element);
    return x != y ? x > y : a.name < b.name;
  });
  std::vector<std::string_view> names;
  for (const TensorSource& source : sorted) names.push_back(source.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    cannot_write(path, std::string("two tensors are named ").append(*twice));
  const std::string header = detail::safetensors_text(sorted, options, path);
  AtomicFile file(path, options.mode);
  file.write(header);
  for (const TensorSource& source : sorted)
    detail::produce_all(source, path, [&](std::span<const char> piece) { file.write(piece); });
  file.commit();
}

}  // namespace tenon
