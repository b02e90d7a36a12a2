// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindIR as MindSpore exports it since 2.0:  ModelFile m = read_mindir("mlp.mindir");
/// What only orders the nodes (Load, Depend, UpdateState) is resolved, tuples are their elements.
/// MindSpore: mind_ir.proto.
#include <tenon/io/file_kind.hpp>
#include <tenon/io/model_file/mindir_graph.hpp>

namespace tenon {

namespace detail {

class MindirReader {
 public:
  MindirReader(std::span<const char> bytes, const std::string& path)
      : blame_(std::string("cannot read ").append(path).append(": ")),
        build_(path, ModelFormat::mindir),
        file_(bytes, blame_) {}

  ModelFile read() {
    std::optional<Message> graph;
    bool has_version = false;
    for (Message file = file_; file.next();) switch (file.number()) {
        case 7:
          if (graph) file.fail("it has two graphs: it is damaged");
          graph = file;
          break;
        case 10:
          if (file.integer() == 0) file.fail("its numbers are big endian, which is not supported");
          break;
        case 12: read_primitive(file); break;
        case 13: has_version = true; break;
      }
    if (!graph) file_.fail("it has no graph: it is cut short, or no MindIR model");
    if (!has_version)
      file_.fail("it does not say its mind_ir_version: it is cut short, or older than MindSpore "
                 "2.0; legal: an export of MindSpore 2");
    MindirGraph(build_, primitives_, *graph).read();
    return std::move(build_.model);
  }

 private:
  /// PrimitiveProto { name = 1, op_type = 2, attribute = 3 }
  void read_primitive(const Message& field) {
    std::string name;
    MindirPrimitive primitive;
    std::vector<FileAttribute> attributes;
    for (Message part = field.message(); part.next();) switch (part.number()) {
        case 1: name = part.name(); break;
        case 2: primitive.type = part.name(); break;
        case 3: attributes.push_back(read_mindir_attribute(part).value); break;
      }
    if (!attributes.empty()) {
      primitive.attributes = int(build_.model.attributes.size());
      build_.model.attributes.push_back(std::move(attributes));
    }
    if (!primitives_.emplace(name, std::move(primitive)).second)
      field.fail(std::string("two primitives are named ").append(name));
  }

  std::string blame_;
  ModelBuilder build_;
  Message file_;
  std::unordered_map<std::string, MindirPrimitive> primitives_;
};

}  // namespace detail

/// What a MindIR file's bytes say, which must outlive the result; `path` is where files beside it
/// are. A parameter without values is legal: see ModelFile::unfilled.
/// @throws Error that begins with the path and names the byte.
inline ModelFile parse_mindir(std::span<const char> bytes, const std::string& path) {
  return detail::MindirReader(bytes, path).read();
}

/// @throws Error as parse_mindir; also when the file cannot be read or is something else.
inline ModelFile read_mindir(const std::string& path) {
  MappedFile file(path);
  const FileKind kind = file_kind(file.bytes());
  if (is_encrypted(kind))
    cannot_read(path, std::string("it is ").append(text(kind)).append("; decrypt it first"));
  if (kind != FileKind::mindir && kind != FileKind::unknown)
    throw Error(std::string(path).append(" is no MindIR model: it is ").append(text(kind)));
  ModelFile model = parse_mindir(file.bytes(), path);
  model.files.insert(model.files.begin(), std::move(file));
  return model;
}

}  // namespace tenon
