// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/model_file/read_model.hpp>

#include "../files.hpp"
#include "onnx_writer.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("a model is read by what is in it, whatever its name") {
  const Folder folder;
  OnnxWriter w;
  w.input("x", {1});
  w.node("Relu", {"x"}, {"y"});
  w.output("y");
  CHECK(read_model(folder.write("a.mindir", w.file())).format == ModelFormat::onnx);
  const std::string two = std::string(TENON_TEST_DATA).append("/models/two.mindir");
  CHECK(read_model(folder.write("b.onnx", bytes_of(two))).format == ModelFormat::mindir);
  CHECK(read_model(two).path == two);
}

TEST_CASE("what is no model is told what it is") {
  const Folder folder;
  const auto error = [&](const std::string& path) { return error_of([&] { read_model(path); }); };
  CHECK(has(error(sample("ckpt/variants/dtypes.ckpt")),
            "is no model: it is a MindSpore checkpoint; legal: ONNX and MindIR"));
  CHECK(has(error(folder.write("x", "hello")), "it is of no known format"));
  CHECK(has(error(folder.write("x", "")), "x is empty; legal: ONNX and MindIR"));
  CHECK(has(error(folder.write("x", "\xd8\x5e\x3a\x7f...")), "encrypted by MindSpore"));
  CHECK(has(error(folder / "none"), "none: it does not exist"));
  CHECK(has(error_of([&] { read_onnx(sample("ckpt/variants/dtypes.ckpt")); }),
            "is no ONNX model: it is a MindSpore checkpoint"));
  CHECK(has(error_of([&] { read_mindir(sample("ckpt/variants/dtypes.ckpt")); }),
            "is no MindIR model: it is a MindSpore checkpoint"));
}
