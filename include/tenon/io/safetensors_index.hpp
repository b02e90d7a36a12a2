// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Several .safetensors files as one:  read_safetensors_index("model.safetensors.index.json")
///   {"weight_map": {"w": "model-00001-of-00002.safetensors"}}
/// Hugging Face: sharded checkpoints; MindSpore: unified_safetensors.
#include <tenon/io/safetensors.hpp>

namespace tenon {

namespace detail {

/// Reads "weight_map"; "metadata" may hold anything.
class IndexEvents : public JsonEvents {
 public:
  std::map<std::string, std::string> file_of;  // by tensor

 private:
  void value(const JsonValue& found) override {
    using enum JsonValue::Kind;
    const std::string_view open = inside();
    const bool is_container = found.kind == object || found.kind == end;
    if (!open.empty() && name(0) == "metadata") return;
    if (open.empty() && is_container) return;
    if (open == "{" && name(0) == "weight_map" && is_container) return;
    if (open != "{{" || name(0) != "weight_map" || found.kind != text)
      fail("an index of safetensors files has no such value here");
    const std::string_view file = found.string;
    if (file.empty() || file.size() > 255 || file.find('/') != file.npos || file.starts_with('.') ||
        file.find('\0') != file.npos)
      fail("a tensor's file is no plain file name in the folder of the index");
    if (file_of.size() == max_stored_tensors) fail("more than 262144 tensors");
    if (!file_of.emplace(name(1), file).second)
      fail(std::string(name(1)).append(" is twice in the weight_map"));
  }
};

}  // namespace detail

/// Which file holds each tensor.  @throws Error that names the index and the byte.
inline std::map<std::string, std::string> parse_safetensors_index(std::span<const char> text,
                                                                  const std::string& path) {
  detail::IndexEvents events;
  events.read(text, std::string("cannot read ").append(path).append(": "));
  if (events.file_of.empty())
    throw Error(std::string(path).append(" is no index of safetensors files: no weight_map"));
  return std::move(events.file_of);
}

/// The tensors of all files that the index names, file by file. Tensors of the files that the
/// index does not name are left out.
/// @throws Error that names the index or the file: damaged, not there, or without its tensors.
inline TensorFile read_safetensors_index(const std::string& path) {
  const MappedFile index(path);
  const auto file_of = parse_safetensors_index(index.bytes(), path);
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  std::map<std::string, std::size_t> tensors_in;  // how many the index names in each file
  for (const auto& [name, file] : file_of) ++tensors_in[file];
  std::vector<MappedFile> files;
  std::vector<StoredTensor> tensors;
  for (const auto& [file, expected] : tensors_in) {
    files.emplace_back(std::string(folder).append(file));
    SafetensorsHeader header = safetensors_header(files.back().bytes(), files.back().path());
    std::size_t found = 0;
    for (StoredTensor& tensor : header.tensors) {
      const auto place = file_of.find(tensor.name);
      if (place == file_of.end() || place->second != file) continue;
      ++found;
      tensors.push_back(std::move(tensor));
    }
    if (found != expected)
      cannot_read(path, std::string("it names ").append(std::to_string(expected))
                            .append(" tensors of ").append(file).append(", which has ")
                            .append(std::to_string(found)).append(" of them"));
  }
  return {path, std::move(files), std::move(tensors)};
}

}  // namespace tenon
