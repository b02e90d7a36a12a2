// SPDX-License-Identifier: Apache-2.0
// Networks out of files: the numbers of the programs that wrote them, on any number of ranks.
#include <tenon/model/file_model.hpp>

#include <tenon/comm/mpi.hpp>
#include <tenon/io/network_strategy.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/plan/planner.hpp>

#include "../../examples/network.hpp"
#include "../io/model_file/imported_answers.hpp"
#include "../io/model_file/onnx_writer.hpp"
#include "../support/error_of.hpp"
#include "mnist.hpp"
#include "mpi.hpp"
#include "tutorial.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

ModelTensor tensor_of(const std::string& name, const Whole& x) {
  return {name, x.shape, x.element, x.memory.data()};
}

std::vector<InputShape> shapes_of(const Sample& sample) {
  std::vector<InputShape> shapes;
  for (const Dims& shape : sample.options().shapes) shapes.push_back({"", shape});
  return shapes;
}

/// Whether the plan sends what that of the network in C++ sends under the same strategy file.
bool equal_steps(const PlanView& p) {
  const Graph graph = trace(Network{8}, {{{32, 28, 28}}});
  const Plan own = plan(with_strategies(graph, read_strategy(strategy)), 8);
  if (p.steps.size() != own.steps.size()) return false;
  for (std::size_t i = 0; i < p.steps.size(); ++i)
    if (p.steps[i].movement != own.steps[i].movement || p.steps[i].op != own.steps[i].op ||
        !(p.buffer(p.steps[i].output).distribution == own.buffer(own.steps[i].output).distribution))
      return false;
  return p.bytes_received() == own.bytes_received();
}

/// The first 256 images in batches of so many rows.
void check_images(FileModel& model, const Mnist& mnist, Index batch) {
  CAPTURE(batch);
  std::vector<ModelTensor> inputs = model.get_inputs();
  for (Index at = 0; at < 256; at += batch) {
    const Index rows = std::min(batch, 256 - at);
    inputs[0].set_shape({rows, 28, 28});
    inputs[0].set_data(mnist.rows(at, rows));
    const std::vector<ModelTensor> y = model.predict(inputs);
    REQUIRE(y.size() == 1);
    CHECK(y[0].shape() == Dims{rows, 10});
    CHECK(mnist.are_right(y[0].data<float>(), at, rows));
  }
}

}  // namespace

MPI_TEST_CASE("files of other programs answer what those answered", tenon_test::all_ranks) {
  for (const char* name : {"block.mindir", "block.onnx", "conv.mindir", "norms.onnx", "ops.mindir",
                           "pictures.onnx", "products.onnx", "two.mindir", "windows.onnx"})
    for (const bool cut : {false, true}) {
      CAPTURE(name);
      CAPTURE(cut);
      const Sample sample(name);
      FileModel model(world);
      build(model, test::model(name), {.cut_weights = cut, .shapes = shapes_of(sample)});
      std::vector<Whole> values = sample.inputs();
      std::vector<ModelTensor> inputs;
      for (std::size_t i = 0; i < values.size(); ++i)
        inputs.push_back(tensor_of(model.get_inputs()[i].name(), values[i]));
      const std::vector<ModelTensor> y = model.predict(inputs);
      REQUIRE(y.size() == sample.file.outputs.size());
      for (std::size_t i = 0; i < y.size(); ++i) {
        const Whole expected = sample.expected(i);
        CHECK(y[i].name() == sample.file.name(sample.file.outputs[i].value));
        REQUIRE(y[i].shape() == expected.shape);
        CHECK(distance(y[i].data<float>(), expected, whole_box(expected.shape)) < 1e-4);
      }
    }
}

MPI_TEST_CASE("the tutorial's network, cut as its strategy file says, by default, or by weights",
              tenon_test::all_ranks) {
  const Mnist mnist;
  BuildOptions options = of_mlp();
  for (int way = 0; way < 3; ++way) {
    if (way == 2 && world.size() != 8) continue;
    CAPTURE(way);
    options.cut_weights = way == 1;
    options.strategy = way == 2 ? strategy : "";
    options.shapes = {{"", {way ? 32 : 1, 28, 28}}};
    FileModel model(world);
    build(model, mlp, options);
    for (Index batch : {1, 32, 7, 256}) check_images(model, mnist, batch);
    if (way == 2) CHECK(equal_steps(model.plan()));
    if (way != 1 || world.size() != 8) continue;
    for (const Parameters::Slice& slice : model.parameters().slices())
      if (slice.name == "layer1.weight") CHECK(slice.bytes(world.rank()) == 784 * 64 * 4);
  }
}

MPI_TEST_CASE("models share the parameters of one, which may end before them", 2) {
  const Mnist mnist;
  FileModel shared(world);
  const std::byte* data = nullptr;
  {
    FileModel first(world);
    build(first, mlp, of_mlp());
    BuildOptions options = of_mlp();
    options.weights_of = &first;
    options.shapes = {{"", {8, 28, 28}}};
    build(shared, mlp, options);
    data = first.parameters().slices()[0].data;
    check_images(first, mnist, 32);
    CHECK(&shared.parameters() == &first.parameters());
  }
  CHECK(shared.parameters().slices()[0].data == data);
  check_images(shared, mnist, 8);
  FileModel none;
  BuildOptions options;
  FileModel other(world);
  options.weights_of = &other;
  CHECK(error_of([&] { build(shared, mlp, options); }).find("was not built") != std::string::npos);
  check_images(shared, mnist, 64);  // it is what it was
}

TEST_CASE("weights are used where the file is mapped, or copied if that is asked") {
  for (const LoadWay way : {LoadWay::mapped, LoadWay::read}) {
    FileModel model;
    build(model, test::model("products.onnx"), {.way = way});
    int in_place = 0;
    for (const Parameters::Slice& slice : model.parameters().slices())
      in_place += slice.data != slice.own;
    CHECK((in_place > 0) == (way == LoadWay::mapped));
  }
}

TEST_CASE("what a model gives stays when its inputs are gone, and may be given back") {
  const Folder folder;
  OnnxWriter w;
  w.input("x", {2, 3});
  w.node("Flatten", {"x"}, {"y"});
  w.node("Add", {"x", "y"}, {"z"});
  w.output("y"), w.output("z");
  FileModel model;
  build(model, folder.write("views.onnx", w.file()), {});
  std::vector<ModelTensor> y;
  {
    std::vector<float> values{1, 2, 3, 4, 5, 6};
    y = model.predict({ModelTensor("x", Dims{2, 3}, std::span<const float>(values))});
    std::ranges::fill(values, 0.f);
  }
  CHECK(y[0].data<float>()[5] == 6);
  CHECK(y[1].data<float>()[5] == 12);
  y[1].set_name("x");
  y = model.predict({y[1]});
  CHECK(y[0].data<float>()[5] == 12);
  CHECK(y[1].data<float>()[5] == 24);
}

TEST_CASE("a tensor of another size has no values until it is given some") {
  ModelTensor x("x", {1, 3}, Element::float32);
  CHECK(x.data<float>().size() == 3);
  x.set_shape({3, 1});
  CHECK(x.data<float>().size() == 3);
  x.set_shape({100, 3});
  CHECK(error_of([&] { x.data<float>(); }) == "tenon: the tensor x has no values");
  CHECK(error_of([&] { x.set_data(std::vector<float>(3)); }) ==
        "tenon: the tensor x is [100, 3], 3 values were given");
  CHECK(error_of([&] {
          ModelTensor("x", Array{Element::float32, {2}, std::vector<char>(4)});
        }) == "tenon: the tensor x is [2] of float32, 4 bytes were given");
}

TEST_CASE("weights of another model must be those that are wanted; open shapes must be given") {
  const Folder folder;
  const auto product_of = [&](const std::string& name, const std::string& weight, Index width) {
    OnnxWriter w;
    w.input("x", {-1, width < 0 ? -1 : 4});
    w.floats(weight, {4, std::abs(width)}, std::vector<float>(std::size_t(4 * std::abs(width))));
    w.node("MatMul", {"x", weight}, {"y"});
    w.output("y");
    return folder.write(name, w.file());
  };
  FileModel first, second;
  build(first, product_of("a.onnx", "w", 4), {});
  BuildOptions options;
  options.weights_of = &first;
  const auto error = [&](const std::string& path) {
    return error_of([&] { build(second, path, options); });
  };
  CHECK(error(product_of("b.onnx", "w", 64)) ==
        "tenon: the model whose weights are used has w as [4, 4] of float32, this one as [4, 64] "
        "of float32");
  CHECK(error(product_of("c.onnx", "v", 4)) ==
        "tenon: the model whose weights are used has no parameter v");
  CHECK(error(product_of("d.onnx", "w", 4)) == "");
  const std::string open = product_of("e.onnx", "w", -4);
  CHECK(error_of([&] { build(second, open, {}); }) ==
        "tenon: the input x of " + open +
            " is [-1, -1], where -1 is open; legal: a shape for it in "
            "BuildOptions::shapes, or --input-shape \"x:1,128\"");
  CHECK(error_of([&] { build(second, open, {.shapes = {{"x", {3, 4}}}}); }) == "");
}

TEST_CASE("what is wrong with an input is said") {
  FileModel model;
  const auto error = [&](const std::vector<ModelTensor>& inputs) {
    return error_of([&] { model.predict(inputs); });
  };
  CHECK(error({}) == "tenon: no model was built: call build_from_file first");
  build(model, test::model("two.mindir"), {});
  const std::vector<ModelTensor> good = model.get_inputs();
  REQUIRE(good.size() == 2);
  const std::string a = good[0].name(), b = good[1].name(), both = a + ", " + b;
  CHECK(error({good[0]}) == "tenon: the model has 2 inputs (" + both + "), 1 were given");
  std::vector<ModelTensor> x = good;
  x[1].set_name("z");
  CHECK(error(x) == "tenon: the model has no input z; legal: " + both);
  x[1].set_name(a);
  CHECK(error(x) == "tenon: the input " + a + " was given twice");
  x[1] = ModelTensor(b, good[1].shape(), Element::int32);
  CHECK(error(x) == "tenon: the input " + b + " is of float32, not of int32");
  x = good;
  x[0] = ModelTensor(a, {3, 3, 3}, Element::float32);
  CHECK(error(x).find("the input " + a + " is ") != std::string::npos);
  x[0] = ModelTensor(a, good[0].shape(), Element::float32, nullptr);
  CHECK(error(x) == "tenon: the input " + a + " has no values: set_data gives them");
  x = {good[1], good[0]};  // by name, in any order
  CHECK(error(x) == "");
  x[0].set_name(""), x[1].set_name("");
  std::swap(x[0], x[1]);
  CHECK(error(x) == "");
}

MPI_TEST_CASE("what is wrong with a model is said on every rank, and changes nothing", 2) {
  FileModel model(world);
  const auto error = [&](const std::string& path, const BuildOptions& options = {},
                         ModelType type = ModelType::ANY) {
    return error_of([&] { model.build_from_file(path, type, {}, {}, options); });
  };
  CHECK(error(mlp) == "tenon: " + mlp +
                          " has no values of layer1.weight and 5 more: give a "
                          "checkpoint that has them");
  CHECK(error(mlp, {}, ModelType::ONNX) == "tenon: " + mlp + " is MindIR, not ONNX as was said");
  CHECK(error(strategy).find("is no model") != std::string::npos);
  CHECK(error("none.onnx").find("cannot read none.onnx") != std::string::npos);
  const std::string two = test::model("two.mindir"), block = test::model("block.onnx");
  CHECK(error(world.rank() ? two : block).find("different models") != std::string::npos);
  CHECK(error(two, {.shapes = {{"z", {1}}}}).find("a shape is given for the input z") !=
        std::string::npos);
  CHECK(error(two) == "");
  CHECK(error(block, {.strategy = strategy}).find("strategy") != std::string::npos);
  const std::vector<ModelTensor> inputs = model.get_inputs();
  CHECK(inputs.size() == 2);  // still the other
  CHECK(model.predict(inputs).size() == 1);
}
