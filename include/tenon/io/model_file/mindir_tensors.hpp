// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The graph of a MindIR file with its tensors, whose values are written from where they are, each
/// to a multiple of 64 bytes: there they can be used where the file is mapped.
///   MindirTensors body; body.add(nodes); body.add_parameter("network:w", w); body.write_to(...)
#include <tenon/io/model_file/data_type.hpp>
#include <tenon/io/model_file/mindir_part.hpp>

namespace tenon::detail {

class MindirTensors {
 public:
  /// Fields of GraphProto.
  void add(std::string_view fields) {
    if (pieces_.empty() || pieces_.back().tensor) pieces_.push_back({});
    pieces_.back().bytes.append(fields);
    size_ += fields.size();
  }

  /// parameter = 3 of the name `value`; without values.
  void add_parameter(const std::string& value, const std::string& name, const Dims& shape,
                     Element element) {
    add(written([&](auto& g) { g.add_message(3, described(value, name, shape, element)); }));
  }
  void add_parameter(const std::string& value, const TensorSource& source) {
    const std::string tensor = with_values(value, source);
    std::string header = "\x1a";
    add_varint(header, tensor.size() + bytes_of(source));
    add_tensor(header.append(tensor), source);
  }
  /// attribute = 8 { name = 1, t = 6, type = 16 }
  void add_slice(const TensorSource& source) {
    const std::string tensor = with_values(source.name, source);
    std::string slice =
        written([](auto& a) { a.add_string(1, "tenon.slice"), a.add_enum(16, 17); });
    slice.append("\x32");
    add_varint(slice, tensor.size() + bytes_of(source));
    slice.append(tensor);
    std::string header = "\x42";
    add_varint(header, slice.size() + bytes_of(source));
    add_tensor(header.append(slice), source);
  }

  /// ModelProto { ir_version = 1, producer_name = 2, model_version = 5, doc_string = 6, graph = 7 }
  void write_to(const std::string& path, const Pieces& write) const {
    const std::string head = written([](auto& m) {
      m.add_string(1, "1.1"), m.add_string(2, "Tenon"), m.add_string(5, "2.10.0");
    });
    std::string graph = "\x3a";
    add_varint(graph, size_);
    write(head);
    write(filling("\x32", (2 * line - (head.size() + graph.size()) % line)));
    write(graph);
    for (const Piece& piece : pieces_) {
      write(piece.bytes);
      if (piece.tensor) produce_all(*piece.tensor, path, write);
    }
  }

 private:
  struct Piece {
    std::string bytes;
    const TensorSource* tensor = nullptr;  // whose values follow
  };
  static constexpr std::size_t line = 64;

  static void add_varint(std::string& bytes, std::uint64_t number) {
    char buffer[protozero::max_varint_length];
    bytes.append(buffer, std::size_t(protozero::add_varint_to_buffer(buffer, number)));
  }
  /// A doc_string of so many bytes in all, 2 to 129.
  static std::string filling(const char* key, std::size_t count) {
    return std::string(key).append(1, char(count - 2)).append(count - 2, ' ');
  }
  static std::size_t bytes_of(const TensorSource& source) {
    return std::size_t(size_in_bytes(source.shape, source.element).value_or(0));
  }
  /// TensorProto { dims = 1, data_type = 2, name = 7, ref_key = 13, compression_type = 16 }
  static std::string described(const std::string& value, const std::string& name, const Dims& shape,
                               Element element) {
    return written([&](auto& t) {
      for (Index size : shape) t.add_int64(1, size);
      t.add_int32(2, data_type_of(element)), t.add_string(7, value), t.add_string(13, name);
      t.add_enum(16, 0);
    });
  }
  /// The same up to the bytes of raw_data = 9.
  static std::string with_values(const std::string& value, const TensorSource& source) {
    std::string tensor = described(value, source.name, source.shape, source.element);
    tensor.append("\x4a");
    add_varint(tensor, bytes_of(source));
    return tensor;
  }

  /// Behind a doc_string = 4 of the graph that fills the line.
  void add_tensor(const std::string& header, const TensorSource& source) {
    std::size_t gap = (line - (size_ + header.size()) % line) % line;
    if (gap == 1) gap += line;
    if (gap) add(filling("\x22", gap));
    add(header);
    pieces_.back().tensor = &source;
    size_ += bytes_of(source);
  }

  std::vector<Piece> pieces_;
  std::size_t size_ = 0;
};

}  // namespace tenon::detail
