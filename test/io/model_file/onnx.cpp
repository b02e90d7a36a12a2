// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/model_file/onnx.hpp>

#include "../files.hpp"
#include "onnx_writer.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// y = relu(x w + b), with an option of Reshape, constants and an input that is left out.
OnnxWriter dense() {
  OnnxWriter w;
  w.node("Gemm", {"x", "layer1.weight", "layer1.bias"}, {"1"},
         {integer("transB", 1), real("alpha", 0.5f)}, "", "gemm");
  w.node("Constant", {}, {"shape"}, {integers("value_ints", {-1, 2})});
  w.node("Reshape", {"1", "shape"}, {"2"});
  w.node("Clip", {"2", "", "most"}, {"y"}, {words("mode", "odd")});
  w.floats("layer1.weight", {2, 3}, {1, 2, 3, 4, 5, 6});
  w.floats("layer1.bias", {2}, {7, 8});
  w.floats("most", {}, {6});
  w.input("x", {-1, 3});
  w.input("most", {});
  w.output("y");
  return w;
}

std::vector<float> floats_of(const StoredTensor& tensor) {
  std::string bytes;
  for (const auto& chunk : tensor.chunks) bytes.append(chunk.data(), chunk.size());
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

std::string error_of_file(const OnnxWriter& w) {
  const std::string bytes = w.file();
  return error_of([&] { parse_onnx(bytes, "x.onnx"); });
}
/// The error of a file with one more initializer.
std::string error_of_tensor(const std::string& tensor) {
  OnnxWriter w = dense();
  w.initializer(tensor);
  return error_of_file(w);
}

}  // namespace

TEST_CASE("an ONNX file's nodes, inputs, outputs and constants") {
  const Folder folder;
  const ModelFile m = read_onnx(folder.write("x.onnx", dense().file()));
  CHECK(m.opset == 13);
  REQUIRE(m.nodes.size() == 3);
  CHECK(m.nodes[0].name == "gemm");
  CHECK(m.nodes[0].type == "Gemm");
  CHECK(m.name(m.nodes[0].inputs[1]) == "layer1.weight");
  CHECK(m.attribute(m.nodes[0], "transB")->integers == std::vector<Index>{1});
  CHECK(m.attribute(m.nodes[0], "alpha")->reals == std::vector<double>{0.5});
  CHECK(m.attribute(m.nodes[0], "beta") == nullptr);
  CHECK(m.nodes[1].name == "2");  // nodes without a name have their output's
  const StoredTensor* shape = m.constant(m.nodes[1].inputs[1]);
  REQUIRE(shape != nullptr);
  CHECK(shape->element == Element::int64);
  CHECK(shape->shape == Dims{2});
  CHECK(m.nodes[2].inputs[1] == -1);
  CHECK(m.attribute(m.nodes[2], "mode")->text == "odd");
  REQUIRE(m.inputs.size() == 1);  // `most` is an initializer
  CHECK(m.name(m.inputs[0].value) == "x");
  CHECK(m.inputs[0].shape == Dims{-1, 3});
  REQUIRE(m.outputs.size() == 1);
  CHECK(m.name(m.outputs[0].value) == "y");
  CHECK(m.unfilled.empty());
}

TEST_CASE("constants lie in the mapped file") {
  const Folder folder;
  const ModelFile m = read_onnx(folder.write("x.onnx", dense().file()));
  const StoredTensor& weight = m.constants[0];
  CHECK(weight.name == "layer1.weight");
  CHECK(floats_of(weight) == std::vector<float>{1, 2, 3, 4, 5, 6});
  const auto file = m.files[0].bytes();
  CHECK(weight.chunks[0].data() > file.data());
  CHECK(weight.chunks[0].data() + 24 < file.data() + file.size());
}

TEST_CASE("a tensor's values in each of its fields") {
  using protozero::pbf_writer;
  const std::vector<float> values = {1.5f, -2, 3};
  const auto read = [](const std::string& tensor) {
    OnnxWriter w = dense();
    w.initializer(tensor);
    static std::string bytes;
    bytes = w.file();
    return parse_onnx(bytes, "x.onnx");
  };
  const Writing packed = [&](pbf_writer& t) {
    t.add_packed_float(4, values.begin(), values.end());
  };
  const Writing single = [&](pbf_writer& t) {
    for (float value : values) t.add_float(4, value);
  };
  for (const Writing& form : {packed, single, raw(values)})
    CHECK(floats_of(read(tensor("w", 1, {3}, form)).constants[3]) == values);
  const auto bytes_of_tensor = [&](int type, std::vector<Index> dims, const Writing& form) {
    const ModelFile m = read(tensor("w", type, dims, form));
    std::string bytes;
    for (const auto& chunk : m.constants[3].chunks) bytes.append(chunk.data(), chunk.size());
    return bytes;
  };
  const auto numbers = [](int field, std::vector<std::int64_t> list) {
    return [=](pbf_writer& t) {
      t.add_packed_int64(protozero::pbf_tag_type(field), list.begin(), list.end());
    };
  };
  using namespace std::string_view_literals;
  CHECK(bytes_of_tensor(7, {2}, numbers(7, {-1, 258})) ==
        "\xff\xff\xff\xff\xff\xff\xff\xff\x02\x01\0\0\0\0\0\0"sv);
  CHECK(bytes_of_tensor(6, {2}, numbers(5, {-1, 258})) == "\xff\xff\xff\xff\x02\x01\0\0"sv);
  CHECK(bytes_of_tensor(3, {3}, numbers(5, {-1, 2, 3})) == "\xff\x02\x03"sv);
  CHECK(bytes_of_tensor(9, {2}, numbers(5, {0, 1})) == "\0\1"sv);
  CHECK(bytes_of_tensor(10, {1}, numbers(5, {0x3c00})) == "\0\x3c"sv);  // float16: its bits
  CHECK(bytes_of_tensor(13, {1}, numbers(11, {5})) == "\5\0\0\0\0\0\0\0"sv);
  CHECK(bytes_of_tensor(11, {1}, [](pbf_writer& t) { t.add_double(10, 1.0); }) ==
        "\0\0\0\0\0\0\xf0\x3f"sv);
  CHECK(bytes_of_tensor(1, {0, 4}, [](pbf_writer&) {}) == "");
}

TEST_CASE("a tensor's values in a file beside the model") {
  const Folder folder;
  const auto outside = [](const std::string& location, const std::string& offset,
                          const std::string& length) {
    OnnxWriter w = dense();
    w.initializer(tensor("big", 1, {2}, [&](protozero::pbf_writer& t) {
      const auto entry = [&](const std::string& key, const std::string& value) {
        if (!value.empty())
          t.add_message(13, message([&](protozero::pbf_writer& e) {
                          e.add_string(1, key), e.add_string(2, value);
                        }));
      };
      entry("location", location), entry("offset", offset), entry("length", length);
      t.add_int32(14, 1);
    }));
    return w.file();
  };
  std::filesystem::create_directory(folder / "sub");
  folder.write("sub/x.data", std::string("ignored!\0\0\x80\x3f\0\0\0\x40more", 20));
  const auto read = [&](const std::string& location, const std::string& offset,
                        const std::string& length) {
    return read_onnx(folder.write("x.onnx", outside(location, offset, length)));
  };
  const ModelFile m = read("sub/x.data", "8", "8");
  CHECK(floats_of(m.constants[3]) == std::vector<float>{1, 2});
  CHECK(m.files.size() == 2);
  const auto error = [&](const std::string& location, const std::string& offset,
                         const std::string& length) {
    return error_of([&] { read(location, offset, length); });
  };
  CHECK(has(error("sub/x.data", "16", "8"),
            "the tensor big: it lies in bytes 16 to 16 + 8 of sub/x.data, which has 20"));
  CHECK(has(error("sub/x.data", "9223372036854775807", "8"), "is no number"));
  CHECK(has(error("sub/x.data", "999999999999999999", "8"), "which has 20"));
  CHECK(has(error("sub/x.data", "", ""), "holds 20 bytes, which cannot be float32"));
  CHECK(
      has(error("sub/x.data", "-1", ""), "the offset of a tensor outside the model is no number"));
  CHECK(has(error("none.data", "", ""), "none.data: it does not exist"));
  for (const char* place : {"../x.data", "/etc/passwd", "sub/../../x.data", "", ".."})
    CHECK(has(error(place, "0", "8"), "legal: a file in the model's folder or below"));
  CHECK(error("sub/x.data", "12", "") == "");  // to its end
}

TEST_CASE("constants as attributes, and of shapes") {
  OnnxWriter w;
  w.node("Constant", {}, {"a"}, {real("value_float", 1.5f)});
  w.node("Constant", {}, {"b"}, {integer("value_int", 7)});
  w.node("Constant", {}, {"c"},
         {of_tensor("value", tensor("t", 7, {1}, raw(std::vector<Index>{9})))});
  w.node("ConstantOfShape", {"c"}, {"d"},
         {of_tensor("value", tensor("v", 1, {1}, raw(std::vector<float>{2})))});
  w.output("d");
  const std::string bytes = w.file();
  const ModelFile m = parse_onnx(bytes, "x.onnx");
  REQUIRE(m.nodes.size() == 1);
  REQUIRE(m.nodes[0].inputs.size() == 2);
  CHECK(floats_of(*m.constant(m.nodes[0].inputs[1])) == std::vector<float>{2});
  REQUIRE(m.constants.size() == 4);
  CHECK(m.constants[0].name == "a");
  CHECK(m.constants[0].shape == Dims{});
  CHECK(floats_of(m.constants[0]) == std::vector<float>{1.5f});
  CHECK(m.constants[1].element == Element::int64);
  CHECK(m.constants[2].name == "c");
}

TEST_CASE("operators of other domains keep its name") {
  OnnxWriter w;
  w.input("x", {1});
  w.node("Gelu", {"x"}, {"y"}, {}, "com.microsoft");
  w.node("Relu", {"y"}, {"z"}, {}, "ai.onnx");
  w.output("z");
  const std::string bytes = w.file();
  const ModelFile m = parse_onnx(bytes, "x.onnx");
  CHECK(m.nodes[0].type == "com.microsoft.Gelu");
  CHECK(m.nodes[1].type == "Relu");
}

TEST_CASE("errors say what of an ONNX file is wrong, and where") {
  OnnxWriter w = dense();
  w.opset = 6;
  CHECK(has(error_of_file(w), "cannot read x.onnx: at byte"));
  CHECK(has(error_of_file(w), "its operators are of version 6; legal: 7 and later"));
  w.opset = 0;
  CHECK(has(error_of_file(w), "it does not say the version of its operators"));
  w = dense();
  w.node("Relu", {"none"}, {"z"});
  CHECK(has(error_of_file(w), "reads none, which nothing before it makes"));
  w = dense();
  w.node("Relu", {"x"}, {"1"});
  CHECK(has(error_of_file(w), "1 is made twice"));
  w = dense();
  w.output("none");
  CHECK(has(error_of_file(w), "reads none"));
  w = dense();
  w.node("", {"x"}, {"z"});
  CHECK(has(error_of_file(w), "a node without a type or an output"));
  w = dense();
  w.node("Constant", {}, {"z"}, {words("value_string", "text")});
  CHECK(has(error_of_file(w), "the constant z is given as value_string, which is not supported"));
  w = dense();
  w.node("Constant", {}, {"z"});
  CHECK(has(error_of_file(w), "the constant z has no value"));
  w = dense();
  w.add(15, [](protozero::pbf_writer&) {});
  CHECK(has(error_of_file(w), "a sparse tensor"));
  w = OnnxWriter();
  w.input("x", {1});
  CHECK(has(error_of_file(w), "its graph has no output"));
  w.input("z", {1, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(has(error_of_file(w), "more than 8 dimensions"));
  w = OnnxWriter();
  w.input("x", {1}, 8);
  CHECK(has(error_of_file(w), "the input x is of a type that is not supported"));
  CHECK(
      has(error_of([] { parse_onnx(std::string_view("\x08\x08"), "x.onnx"); }), "it has no graph"));
}

TEST_CASE("errors say what of a tensor is wrong") {
  const std::vector<float> two = {1, 2};
  CHECK(has(error_of_tensor(tensor("w", 1, {3}, raw(two))),
            "the tensor w holds 8 bytes, which cannot be float32 of the shape [3]"));
  CHECK(
      has(error_of_tensor(tensor("w", 1, {Index(1) << 62, 4, 4}, raw(two))), "cannot be float32"));
  CHECK(has(error_of_tensor(tensor("w", 1, {-2}, raw(two))), "cannot be float32"));
  CHECK(has(error_of_tensor(tensor("w", 1, {2}, [](protozero::pbf_writer&) {})), "holds 0 bytes"));
  CHECK(
      has(error_of_tensor(tensor("w", 8, {2}, raw(two))), "of the type 8, which is not supported"));
  CHECK(has(error_of_tensor(tensor("w", 17, {8}, raw(two))), "of the type 17"));
  CHECK(has(error_of_tensor(tensor("", 1, {2}, raw(two))), "an initializer without a name"));
  CHECK(has(error_of_tensor(tensor("most", 1, {2}, raw(two))), "most is made twice"));
  CHECK(
      has(error_of_tensor(tensor("w", 1, {1}, [](protozero::pbf_writer& t) { t.add_int32(5, 1); })),
          "float32 are written as integers"));
  CHECK(has(
      error_of_tensor(tensor("w", 7, {1}, [](protozero::pbf_writer& t) { t.add_double(10, 1); })),
      "of the type 7, which is not supported"));
  CHECK(has(error_of_tensor(tensor("w", 1, {1, 1, 1, 1, 1, 1, 1, 1, 1}, raw(two))),
            "more than 8 dimensions"));
  CHECK(has(
      error_of_tensor(tensor("w", 1, {2}, [](protozero::pbf_writer& t) { t.add_string(3, ""); })),
      "a tensor in segments"));
}

TEST_CASE("an ONNX file cut anywhere is refused; a flipped bit is an error or another model") {
  const Folder folder;
  const std::string whole = dense().file();
  cut_everywhere(whole, [&](std::string_view bytes, std::size_t) {
    const std::string path = folder.write("cut.onnx", bytes);
    REQUIRE(has(error_of([&] { read_onnx(path); }), path));
  });
  flip_every_bit(whole, [&](const std::string& bytes, std::size_t) {
    const std::string path = folder.write("flipped.onnx", bytes);
    const std::string error = error_of([&] {
      const ModelFile m = read_onnx(path);
      for (const StoredTensor& tensor : m.constants)
        REQUIRE(size_in_bytes(tensor.shape, tensor.element) == tensor.bytes());
    });
    REQUIRE((error.empty() || has(error, path)));
  });
}
