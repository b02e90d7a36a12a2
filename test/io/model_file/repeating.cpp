// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/model_file/import_model.hpp>

#include "imported_answers.hpp"
#include "onnx_writer.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// A file of one operator behind x, which is of these sizes in the file.
struct OneOperator {
  std::string bytes;
  ModelFile file;
  OneOperator(const std::vector<Index>& shape, const auto& write) {
    OnnxWriter w;
    w.opset = 18;
    w.input("x", shape);
    write(w);
    w.output("y");
    bytes = w.file(), file = parse_onnx(bytes, "x.onnx");
  }
  Imported of(const Dims& shape) const { return import_model(file, {{shape}, {}, false}); }
  Dims result(const Dims& shape) const {
    return answer(of(shape), {Whole(shape, Element::float32)}).shape;
  }
  std::string error(const Dims& shape) const {
    return error_of([&] { of(shape); });
  }
};

}  // namespace

TEST_CASE("Resize grows the axes that are named, by scales or to sizes, of another batch too") {
  const OneOperator whole({1, 1, 2, 2}, [](OnnxWriter& w) {
    w.int64s("sizes", {4}, {1, 1, 4, 8});
    w.node("Resize", {"x", "", "", "sizes"}, {"y"});
  });
  CHECK(whole.result({1, 1, 2, 2}) == Dims{1, 1, 4, 8});
  CHECK(whole.result({3, 1, 2, 2}) == Dims{3, 1, 4, 8});
  const OneOperator turned({2, 2}, [](OnnxWriter& w) {
    w.floats("by", {2}, {2, 3});
    w.node("Resize", {"x", "", "by"}, {"y"}, {integers("axes", {1, 0})});
  });
  CHECK(turned.result({2, 2}) == Dims{6, 4});
  const OneOperator two({1, 1, 2, 2}, [](OnnxWriter& w) {
    w.floats("by", {2}, {2, 3});
    w.node("Resize", {"x", "", "by"}, {"y"}, {integers("axes", {2, -1})});
  });
  CHECK(two.result({5, 1, 2, 2}) == Dims{5, 1, 4, 6});
  const OneOperator few({1, 1, 2, 2}, [](OnnxWriter& w) {
    w.floats("by", {2}, {2, 3});
    w.node("Resize", {"x", "", "by"}, {"y"});
  });
  CHECK(has(few.error({1, 1, 2, 2}), "Resize y: it has 2 scales or sizes; legal: 4"));
  const OneOperator wrong({1, 1, 2, 2}, [](OnnxWriter& w) {
    w.floats("by", {1}, {2});
    w.node("Resize", {"x", "", "by"}, {"y"}, {integers("axes", {4})});
  });
  CHECK(has(wrong.error({1, 1, 2, 2}), "Resize y: of axis 4, of [1, 1, 2, 2]"));
}

TEST_CASE("a Resize that repeats no element is refused, with what it is") {
  for (const auto& [name, word, says] :
       {std::tuple("keep_aspect_ratio_policy", "not_larger", "of the keep_aspect_ratio_policy"),
        {"mode", "linear", "it is not of the nearest element"},
        {"nearest_mode", "ceil", "it is not of the nearest element"},
        {"coordinate_transformation_mode", "align_corners", "it is not of the nearest element"},
        {"coordinate_transformation_mode", "asymmetric", "it is not of the nearest element"}}) {
    const std::string attribute = name, value = word;
    const OneOperator resize({1, 2}, [&](OnnxWriter& w) {
      w.floats("by", {2}, {1, 2});
      w.node("Resize", {"x", "", "by"}, {"y"}, {words(attribute, value)});
    });
    CHECK(has(resize.error({1, 2}), says));
  }
}

TEST_CASE("Tile repeats what is not the batch") {
  const OneOperator rows({1, 3}, [](OnnxWriter& w) {
    w.int64s("times", {2}, {4, 1});
    w.node("Tile", {"x", "times"}, {"y"});
  });
  CHECK(rows.result({1, 3}) == Dims{4, 3});
  CHECK(has(rows.error({2, 3}), "Tile y: it repeats the batch, which is another than the file's"));
  const OneOperator columns({1, 3}, [](OnnxWriter& w) {
    w.int64s("times", {2}, {1, 4});
    w.node("Tile", {"x", "times"}, {"y"});
  });
  CHECK(columns.result({2, 3}) == Dims{2, 12});
}

TEST_CASE("a bound that depends on the batch is another parameter for another batch") {
  const OneOperator clip({2, 3}, [](OnnxWriter& w) {
    w.int64s("first", {}, {0});
    w.node("Shape", {"x"}, {"s"}), w.node("Gather", {"s", "first"}, {"n"});
    w.node("Cast", {"n"}, {"high"}, {integer("to", 1)});
    w.node("Clip", {"x", "", "high"}, {"y"});
  });
  const auto name = [&](Index rows) {
    const Imported net = clip.of({rows, 3});
    return net.parameters.at(0).tensor.name;
  };
  CHECK(name(2) != name(4));
  Whole x({4, 3}, Element::float32);
  for (std::size_t i = 0; i < 12; ++i) reinterpret_cast<float*>(x.memory.data())[i] = 10;
  CHECK(answer(clip.of({4, 3}), {x}).as<float>()[0] == 4);
}
