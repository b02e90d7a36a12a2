// SPDX-License-Identifier: Apache-2.0
#pragma once
/// ONNX files of operators from version 7 on:  ModelFile m = read_onnx("mlp.onnx");
/// ONNX: onnx.proto.
#include <tenon/io/file_kind.hpp>
#include <tenon/io/model_file/onnx_graph.hpp>

namespace tenon {

namespace detail {

class OnnxReader {
 public:
  OnnxReader(std::span<const char> bytes, const std::string& path)
      : blame_(std::string("cannot read ").append(path).append(": ")),
        build_(path, ModelFormat::onnx),
        file_(bytes, blame_) {}

  ModelFile read() {
    std::optional<Message> graph;
    for (Message file = file_; file.next();) {
      if (file.number() == 8) read_version(file);
      if (file.number() != 7) continue;
      if (graph) file.fail("it has two graphs: it is damaged");
      graph = file;
    }
    if (!graph) file_.fail("it has no graph: it is cut short, or no ONNX model");
    if (model().opset < 7)
      file_.fail(model().opset == 0
                     ? "it does not say the version of its operators: it is cut short"
                     : std::string("its operators are of version ").append(text(model().opset))
                           .append("; legal: 7 and later"));
    OnnxGraph(build_).read(*graph);
    return std::move(model());
  }

 private:
  ModelFile& model() { return build_.model; }

  void read_version(const Message& field) {
    std::string domain;
    Index version = 0;
    for (Message part = field.message(); part.next();) {
      if (part.number() == 1) domain = part.name();
      if (part.number() == 2) version = part.integer();
    }
    if (domain.empty() || domain == "ai.onnx") model().opset = version;
  }

  std::string blame_;
  ModelBuilder build_;
  Message file_;
};

}  // namespace detail

/// What an ONNX file's bytes say, which must outlive the result; `path` is where files beside it
/// are.
/// @throws Error that begins with the path and names the byte.
inline ModelFile parse_onnx(std::span<const char> bytes, const std::string& path) {
  return detail::OnnxReader(bytes, path).read();
}

/// @throws Error as parse_onnx; also when the file cannot be read or is something else.
inline ModelFile read_onnx(const std::string& path) {
  MappedFile file(path);
  const FileKind kind = file_kind(file.bytes());
  if (kind != FileKind::onnx && kind != FileKind::unknown)
    throw Error(std::string(path).append(" is no ONNX model: it is ").append(text(kind)));
  ModelFile model = parse_onnx(file.bytes(), path);
  model.files.insert(model.files.begin(), std::move(file));
  return model;
}

}  // namespace tenon
