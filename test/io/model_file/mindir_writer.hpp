// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Small MindIR files for tests, with an input x and an output y of [2]:
///   MindirWriter w; w.node("ReLU", {"x"}, "y"); folder.write("x.mindir", w.file())
#include "onnx_writer.hpp"

namespace tenon::test {

class MindirWriter {
 public:
  int version = 3;
  bool little_endian = true;

  void node(const std::string& type, const std::vector<std::string>& inputs,
            const std::string& output, const std::string& attribute = "") {
    add(1, [&](protozero::pbf_writer& n) {
      for (const std::string& input : inputs) n.add_string(1, input);
      n.add_string(2, output);
      n.add_string(3, output);
      n.add_string(4, type);
      if (!attribute.empty()) n.add_message(5, attribute);
    });
  }
  void number(const std::string& name, Index value) {
    node("Constant", {}, name, message([&](protozero::pbf_writer& a) {
           a.add_string(1, "value"), a.add_int64(3, value), a.add_int32(16, 7);
         }));
  }
  /// A constant of lists in lists.
  void nested(int depth) {
    std::string value;
    for (int i = 0; i < depth; ++i)
      value = message([&](protozero::pbf_writer& a) { a.add_message(17, value); });
    node("Constant", {}, "deep", value);
  }
  void parameter(const std::string& name, const std::vector<Index>& dims, const Writing& values) {
    add(3, [&](protozero::pbf_writer& t) {
      for (Index size : dims) t.add_int64(1, size);
      t.add_int32(2, 1);
      t.add_string(7, name);
      values(t);
    });
  }

  std::string file() const {
    std::string graph = graph_;
    for (int field : {5, 6})
      protozero::pbf_writer(graph).add_message(
          protozero::pbf_tag_type(field), message([&](protozero::pbf_writer& v) {
            v.add_string(1, field == 5 ? "x" : "y");
            v.add_message(
                2, message([](protozero::pbf_writer& t) { t.add_int64(1, 2), t.add_int32(2, 1); }));
          }));
    return message([&](protozero::pbf_writer& m) {
      m.add_string(1, "1.1");
      m.add_message(7, graph);
      m.add_bool(10, little_endian);
      if (version) m.add_int64(13, version);
    });
  }

 private:
  void add(int field, const Writing& write) {
    protozero::pbf_writer(graph_).add_message(protozero::pbf_tag_type(field), message(write));
  }
  std::string graph_;
};

}  // namespace tenon::test
