// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/model_file/mindir.hpp>

#include "../files.hpp"
#include "mindir_writer.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

std::vector<std::string> types(const ModelFile& m) {
  std::vector<std::string> list;
  for (const FileNode& node : m.nodes) list.push_back(node.type);
  return list;
}

std::vector<Index> integers_of(const StoredTensor& tensor) {
  std::vector<Index> values(std::size_t(tensor.bytes()) / sizeof(Index));
  if (!values.empty())
    std::memcpy(values.data(), tensor.chunks[0].data(), values.size() * sizeof(Index));
  return values;
}

}  // namespace

TEST_CASE("what only orders MindIR's nodes is gone; names are the network's") {
  const ModelFile m = read_mindir(model("two.mindir"));
  CHECK(types(m) == std::vector<std::string>{"Transpose", "MatMulExt", "Add"});
  CHECK(m.nodes[0].name == "Default/Transpose-op0");
  CHECK(m.name(m.nodes[0].inputs[0]) == "w");  // through Load
  REQUIRE(m.inputs.size() == 2);
  CHECK(m.name(m.inputs[0].value) == "x");
  CHECK(m.name(m.inputs[1].value) == "y");
  CHECK(m.inputs[0].shape == Dims{2, 4});
  REQUIRE(m.outputs.size() == 1);
  CHECK(m.outputs[0].value == m.nodes[2].outputs[0]);  // through Depend
  CHECK(m.outputs[0].shape == Dims{2, 3});
  CHECK(m.constants[0].name == "w");
  CHECK(m.constants[0].shape == Dims{3, 4});
  const StoredTensor* order = m.constant(m.nodes[0].inputs[1]);
  REQUIRE(order != nullptr);
  CHECK(integers_of(*order) == std::vector<Index>{1, 0});
  const auto file = m.files[0].bytes();
  CHECK(m.constants[0].chunks[0].data() > file.data());
  CHECK(m.constants[0].chunks[0].data() < file.data() + file.size());
}

TEST_CASE("MindIR's tuples are their elements") {
  const ModelFile m = read_mindir(model("many.mindir"));
  CHECK(m.outputs.size() == 5);
  const auto find = [&](std::string_view type) {
    for (const FileNode& node : m.nodes)
      if (node.type == type) return node;
    return FileNode();
  };
  const FileNode concat = find("Concat"), split = find("Split");
  REQUIRE(concat.inputs.size() == 4);  // three tensors and the axis
  CHECK(m.name(concat.inputs[1]) == "x");
  REQUIRE(split.outputs.size() == 2);
  CHECK(m.nodes.back().inputs == split.outputs);  // p + q
}

TEST_CASE("MindIR's primitives give their attributes to every node") {
  const ModelFile m = read_mindir(model("conv.mindir"));
  const FileNode &first = m.nodes[0], &second = m.nodes[4];
  REQUIRE(first.type == "Conv2D");
  REQUIRE(second.type == "Conv2D");
  CHECK(m.attribute(first, "pad_mode")->text == "pad");
  CHECK(m.attribute(first, "pad")->integers == std::vector<Index>{1, 0, 2, 1});
  CHECK(m.attribute(first, "group")->integers == std::vector<Index>{2});
  CHECK(m.attribute(second, "pad_mode")->text == "same");
  CHECK(m.attribute(second, "pad_list")->integers == std::vector<Index>{0, 1, 1, 1});
  CHECK(m.nodes[2].attributes == m.nodes[6].attributes);  // one ReLU, used twice
}

TEST_CASE(
    "an export of one rank without weights: parameters are to be filled, collectives are kept") {
  const ModelFile m = read_mindir(TENON_EXAMPLE_DATA "/seed8/mindir/net_rank_1.mindir");
  REQUIRE(m.unfilled.size() == 6);
  CHECK(m.name(m.unfilled[0].value) == "layer1.weight");
  CHECK(m.unfilled[0].shape == Dims{784, 256});
  for (const StoredTensor& constant : m.constants) CHECK(constant.element == Element::int64);
  std::vector<const FileNode*> collectives;
  for (const FileNode& node : m.nodes)
    if (node.type == "AllGather" || node.type == "AllReduce") collectives.push_back(&node);
  REQUIRE(collectives.size() == 5);
  CHECK(m.attribute(*collectives[0], "rank_list")->integers == std::vector<Index>{0, 1, 2, 3});
  CHECK(m.attribute(*collectives[1], "rank_list")->integers == std::vector<Index>{1, 3});
  CHECK(m.attribute(*collectives[3], "op")->text == "sum");
  CHECK(m.attribute(*collectives[4], "group")->text == "hccl_world_group");
  CHECK(m.inputs[0].shape == Dims{32, 28, 28});
}

TEST_CASE("a parameter whose values lie in a file beside the model") {
  const Folder folder;
  std::filesystem::create_directory(folder / "x_variables");
  folder.write("x_variables/data_0", std::string("ignored!\0\0\x80\x3f\0\0\0\x40", 16));
  MindirWriter w;
  w.parameter("w", {2}, [](protozero::pbf_writer& t) {
    t.add_message(12, message([](protozero::pbf_writer& e) {
                    e.add_string(1, "x_variables/data_0");
                    e.add_int64(2, 8);
                    e.add_int64(3, 8);
                  }));
  });
  w.node("Add", {"x", "w"}, "y");
  const ModelFile m = read_mindir(folder.write("x.mindir", w.file()));
  REQUIRE(m.constants.size() == 1);
  CHECK(m.constants[0].bytes() == 8);
  CHECK(m.files.size() == 2);
  CHECK(m.unfilled.empty());
}

TEST_CASE("errors say what of a MindIR file is wrong, and where") {
  const auto error = [](const std::function<void(MindirWriter&)>& change) {
    MindirWriter w;
    change(w);
    const std::string bytes = w.file();
    return error_of([&] { parse_mindir(bytes, "x.mindir"); });
  };
  CHECK(error([](MindirWriter& w) { w.node("ReLU", {"x"}, "y"); }) == "");
  CHECK(has(error([](MindirWriter& w) { w.node("ReLU", {"none"}, "y"); }),
            "cannot read x.mindir: at byte"));
  CHECK(has(error([](MindirWriter& w) { w.node("ReLU", {"none"}, "y"); }), "reads none, which"));
  CHECK(has(error([](MindirWriter& w) { w.node("REF::Gone:3", {"x"}, "y"); }),
            "y is made by Gone:3, which the file does not describe"));
  CHECK(has(error([](MindirWriter& w) { w.node("ReLU", {"x"}, "y"), w.version = 0; }),
            "it does not say its mind_ir_version"));
  CHECK(has(error([](MindirWriter& w) { w.node("ReLU", {"x"}, "y"), w.little_endian = false; }),
            "big endian"));
  CHECK(has(error([](MindirWriter& w) {
              w.node("MakeTuple", {"x", "x"}, "t"), w.number("two", 2);
              w.node("TupleGetItem", {"t", "two"}, "y");
            }),
            "y is element 2 of a tuple of 2"));
  CHECK(has(error([](MindirWriter& w) {
              w.node("Split", {"x"}, "t"), w.number("many", 64);
              w.node("TupleGetItem", {"t", "many"}, "y");
            }),
            "y is element 64 of a tuple of 64"));
  CHECK(has(error([](MindirWriter& w) {
              w.node("TupleGetItem", {"x", "x"}, "y");
            }),
            "asked for by what is no number"));
  CHECK(
      has(error([](MindirWriter& w) { w.node("Depend", {}, "y"); }), "Depend has too few inputs"));
  CHECK(has(error([](MindirWriter& w) {
              w.node("MakeTuple", {"x"}, "t"), w.node("MakeTuple", {"t"}, "u");
              w.node("Concat", {"u"}, "y");
            }),
            "a tuple of tuples"));
  CHECK(has(error([](MindirWriter& w) { w.nested(20), w.node("ReLU", {"x"}, "y"); }),
            "more than eight deep"));
  CHECK(has(error([](MindirWriter& w) {
              w.parameter("w", {2}, [](protozero::pbf_writer& t) { t.add_int32(16, 1); });
              w.node("ReLU", {"x"}, "y");
            }),
            "a compressed tensor"));
  CHECK(has(error([](MindirWriter& w) {
              w.parameter("w", {2}, [](protozero::pbf_writer& t) { t.add_bytes(9, "abc"); });
              w.node("ReLU", {"x"}, "y");
            }),
            "the tensor w holds 3 bytes, which cannot be float32 of the shape [2]"));
}

TEST_CASE("a tuple that many nodes read takes no more memory than is allowed") {
  MindirWriter w;
  w.node("MakeTuple", std::vector<std::string>(60000, "x"), "t");
  for (int i = 0; i < 100; ++i) w.node("Concat", {"t"}, "c" + std::to_string(i));
  w.node("ReLU", {"x"}, "y");
  const std::string bytes = w.file();
  CHECK(has(error_of([&] { parse_mindir(bytes, "x"); }), "more than 4194304 operands"));
}

TEST_CASE("a MindIR file cut anywhere is refused; a flipped bit is an error or another model") {
  const Folder folder;
  const std::string whole = bytes_of(model("two.mindir"));
  cut_everywhere(whole, [&](std::string_view bytes, std::size_t) {
    const std::string path = folder.write("cut.mindir", bytes);
    REQUIRE(has(error_of([&] { read_mindir(path); }), path));
  });
  flip_every_bit(whole, [&](const std::string& bytes, std::size_t) {
    const std::string path = folder.write("flipped.mindir", bytes);
    const std::string error = error_of([&] {
      const ModelFile m = read_mindir(path);
      for (const StoredTensor& tensor : m.constants)
        REQUIRE(size_in_bytes(tensor.shape, tensor.element) == tensor.bytes());
      for (const FileNode& node : m.nodes)
        for (int input : node.inputs) REQUIRE(input < int(m.values.size()));
    });
    REQUIRE((error.empty() || has(error, path)));
  });
}
