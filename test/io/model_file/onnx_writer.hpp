// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Small ONNX files for tests:
///   OnnxWriter w; w.input("x", {2, 3}); w.floats("b", {3}, {1, 2, 3});
///   w.node("Add", {"x", "b"}, {"y"}); w.output("y"); folder.write("x.onnx", w.file())
#include <functional>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <vector>

#include <tenon/core/dims.hpp>

namespace tenon::test {

/// Writes one message.
using Writing = std::function<void(protozero::pbf_writer&)>;

inline std::string message(const Writing& write) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  write(writer);
  return bytes;
}

/// TensorProto { dims = 1, data_type = 2, name = 8 } and what `values` adds.
inline std::string tensor(const std::string& name, int type, const std::vector<Index>& dims,
                          const Writing& values) {
  return message([&](protozero::pbf_writer& t) {
    for (Index size : dims) t.add_int64(1, size);
    t.add_int32(2, type);
    t.add_string(8, name);
    values(t);
  });
}
inline Writing raw(const std::string& bytes) {
  return [bytes](protozero::pbf_writer& t) { t.add_bytes(9, bytes); };
}
template <class T>
Writing raw(const std::vector<T>& values) {
  return raw(std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
}

inline std::string integer(const std::string& name, Index value) {
  return message([&](protozero::pbf_writer& a) { a.add_string(1, name), a.add_int64(3, value); });
}
inline std::string integers(const std::string& name, const std::vector<Index>& values) {
  return message([&](protozero::pbf_writer& a) {
    a.add_string(1, name);
    for (Index value : values) a.add_int64(8, value);
  });
}
inline std::string real(const std::string& name, float value) {
  return message([&](protozero::pbf_writer& a) { a.add_string(1, name), a.add_float(2, value); });
}
inline std::string words(const std::string& name, const std::string& value) {
  return message([&](protozero::pbf_writer& a) { a.add_string(1, name), a.add_string(4, value); });
}
inline std::string of_tensor(const std::string& name, const std::string& value) {
  return message([&](protozero::pbf_writer& a) { a.add_string(1, name), a.add_message(5, value); });
}

class OnnxWriter {
 public:
  int opset = 13;

  void node(const std::string& type, const std::vector<std::string>& inputs,
            const std::vector<std::string>& outputs,
            const std::vector<std::string>& attributes = {}, const std::string& domain = "",
            const std::string& name = "") {
    add(1, [&](protozero::pbf_writer& n) {
      for (const std::string& input : inputs) n.add_string(1, input);
      for (const std::string& output : outputs) n.add_string(2, output);
      if (!name.empty()) n.add_string(3, name);
      n.add_string(4, type);
      for (const std::string& attribute : attributes) n.add_message(5, attribute);
      if (!domain.empty()) n.add_string(7, domain);
    });
  }
  void initializer(const std::string& tensor) {
    protozero::pbf_writer(graph_).add_message(5, tensor);
  }
  void floats(const std::string& name, const std::vector<Index>& dims,
              const std::vector<float>& values) {
    initializer(tensor(name, 1, dims, raw(values)));
  }
  void int64s(const std::string& name, const std::vector<Index>& dims,
              const std::vector<Index>& values) {
    initializer(tensor(name, 7, dims, raw(values)));
  }
  /// -1 is a dimension by name.
  void input(const std::string& name, const std::vector<Index>& dims, int type = 1) {
    value(11, name, dims, type);
  }
  void output(const std::string& name) { value(12, name, {}, 1); }
  void add(int field, const Writing& write) {
    protozero::pbf_writer(graph_).add_message(protozero::pbf_tag_type(field), message(write));
  }

  std::string file() const {
    return message([&](protozero::pbf_writer& m) {
      m.add_int64(1, 8);
      m.add_string(2, "test");
      m.add_message(7, graph_);
      if (opset)
        m.add_message(8, message([&](protozero::pbf_writer& o) { o.add_int64(2, opset); }));
    });
  }

 private:
  void value(int field, const std::string& name, const std::vector<Index>& dims, int type) {
    const std::string shape = message([&](protozero::pbf_writer& s) {
      for (Index size : dims)
        s.add_message(1, message([&](protozero::pbf_writer& d) {
                        if (size < 0) d.add_string(2, "N");
                        else d.add_int64(1, size);
                      }));
    });
    add(field, [&](protozero::pbf_writer& v) {
      v.add_string(1, name);
      const std::string of = message([&](protozero::pbf_writer& t) {
        t.add_int32(1, type);
        t.add_message(2, shape);
      });
      v.add_message(2, message([&](protozero::pbf_writer& t) { t.add_message(1, of); }));
    });
  }

  std::string graph_;
};

}  // namespace tenon::test
