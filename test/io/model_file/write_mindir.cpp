// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/model_file/write_mindir.hpp>

#include <doctest/doctest.h>

#include <set>

#include "../../plan/random_network.hpp"
#include "imported_answers.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// No operator of Tenon's.
struct Twice : Operation<Twice> {
  static constexpr Operator info{.name = "Twice", .infer = &infer_unary};
  constexpr Attributes attributes() const { return {}; }
};

std::vector<TensorSource> sources(const NamedTensors& tensors) {
  std::vector<TensorSource> list;
  for (const auto& [name, whole] : tensors)
    list.emplace_back(name, whole.element, whole.shape, [&whole = whole](const Pieces& write) {
      write({reinterpret_cast<const char*>(whole.memory.data()), whole.memory.size()});
    });
  return list;
}

/// Those that the graph has: a random network may have an output before its end.
NamedTensors used(const RandomNetwork& network) {
  NamedTensors all;
  for (int id : network.graph.parameters) {
    const std::string name(network.graph.names[network.graph.nodes[std::size_t(id)].name]);
    all.emplace(name, network.parameters.find(name)->second);
  }
  return all;
}

bool same_bits(const Whole& a, const Whole& b) {
  return a.shape == b.shape && a.memory == b.memory;
}

}  // namespace

TEST_CASE("law: the import of what was written gives the same bits") {
  const Folder folder;
  const std::string path = folder / "x.mindir";
  std::set<std::string_view> seen;
  const auto see = [&](const Graph& graph) {
    for (const Node& node : graph.nodes)
      if (node.op) seen.insert(node.op->name);
  };
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const RandomNetwork network(seed, 1 + Index(seed % 3), 1);
    if (network.graph.finding) continue;
    see(network.graph);
    write_mindir(path, network.graph, sources(used(network)));
    const ModelFile file = read_mindir(path);
    REQUIRE(same_bits(answer(import_model(file), network.inputs),
                      evaluate(network.graph, network.inputs, network.parameters)));
  }
  for (const char* name :
       {"pictures.onnx", "windows.onnx",  "axes11.onnx",   "axes18.onnx",     "shapes.onnx",
        "products.onnx", "elements.onnx", "norms.onnx",    "gelus.onnx",      "block.onnx",
        "two.mindir",    "ops.mindir",    "dyn.mindir",    "conv.mindir",     "block.mindir",
        "conv1.mindir",  "conv1_ms.onnx", "slices.mindir", "slices_ms.onnx",  "norms.mindir",
        "casts.mindir",  "bends.onnx",    "limits.onnx",   "old9.onnx",       "repeats.onnx",
        "mobile.onnx",   "decoder.onnx",  "many.mindir",   "conditions.onnx", "bends.mindir",
        "repeats.mindir"}) {
    const Sample sample(name);
    for (std::size_t output = 0; output < sample.file.outputs.size(); ++output) {
      CAPTURE(name);
      CAPTURE(output);
      const Imported net = import_model(sample.file, sample.options(output));
      see(net.graph);
      write_mindir(path, net);
      const ModelFile file = read_mindir(path);
      const Imported again = import_model(file);
      CHECK(again.inputs == net.inputs);
      CHECK(again.outputs == net.outputs);
      REQUIRE(same_bits(answer(again, sample.inputs()), answer(net, sample.inputs())));
    }
  }
  for (const Operator* op : all_operators) CHECK_MESSAGE(seen.contains(op->name), op->name);
}

TEST_CASE("names, elements, attributes and several outputs are kept") {
  const Folder folder;
  const std::string path = folder / "x.mindir";
  Graph graph;
  const auto input = [&](std::string_view name) {
    const Node node{Node::Kind::input,     nullptr, {}, {2, 3}, Element::float64,
                    graph.names.add(name), {},      {}};
    graph.inputs.push_back(graph.add(node));
    return Value{&graph, graph.inputs.back()};
  };
  const Value x = input("image"), other = input("image");
  const Value gamma = parameter(graph, "norm", "gamma", {3}, Element::float64);
  const Value y = LayerNorm(-1, 0.1).named("norm", "apply")(x, gamma, gamma);
  graph.output = y.node;
  for (const Value& further : {add.named("a", "sum")(y, other), x, y})
    graph.further.push_back(further.node);
  const std::vector<double> ones(3, 1.);
  write_mindir(path, graph, std::vector{TensorSource("norm.gamma", ones, {3})},
               {{"first", "second"}, {"mean", "sum", "x", "mean"}, {}});
  const ModelFile file = read_mindir(path);
  const Imported net = import_model(file);
  CHECK(net.inputs == std::vector<std::string>{"first", "second"});
  CHECK(net.outputs[1] == "sum");
  CHECK(net.outputs[2] == "x");
  REQUIRE(net.graph.further.size() == 3);
  const Node& last = net.graph.nodes[std::size_t(net.graph.output)];
  CHECK(last.attributes.reals[0] == 0.1);  // no float is
  CHECK(last.element == Element::float64);
  CHECK(net.graph.names[last.name] == "norm.apply");
  REQUIRE(net.parameters.size() == 1);
  CHECK(net.parameters[0].tensor.name == "norm.gamma");
  const auto address = reinterpret_cast<std::uintptr_t>(net.parameters[0].tensor.chunks[0].data());
  CHECK(address % 64 == 0);  // so that it is used where it is mapped
}

TEST_CASE("strategies are kept where they are asked for") {
  const Folder folder;
  const std::string path = folder / "x.mindir";
  int stated = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const RandomNetwork network(seed, 4, 8);
    if (network.graph.finding) continue;
    write_mindir(path, network.graph, std::vector<TensorSource>());
    const ModelFile file = read_mindir(path);
    CHECK(file.constants.size() < 200);  // no parameter among them: a checkpoint has their values
    ImportOptions options;
    for (const bool keeps : {false, true}) {
      options.keep_strategies = keeps;
      const Imported net = import_model(file, options);
      for (const ImportedParameter& one : net.parameters) CHECK_FALSE(one.has_values);
      for (const Node& node : net.graph.nodes) {
        stated += node.splits.stated();
        if (!keeps) CHECK_FALSE(node.splits.stated());
        for (const Node& from : network.graph.nodes)
          if (keeps && from.op == node.op && node.op && !from.splits.inputs.empty() &&
              from.op == &LayerNorm::info)
            CHECK(from.splits == node.splits);
      }
    }
  }
  CHECK(stated > 40);
}

TEST_CASE("pads and transposes, which may have strategies, stay where these are kept") {
  const Folder folder;
  const std::string path = folder / "x.mindir";
  Graph graph;
  graph.inputs.push_back(graph.add({Node::Kind::input,
                                    nullptr,
                                    {},
                                    {1, 2, 4, 4},
                                    Element::float32,
                                    graph.names.add("x"),
                                    {},
                                    {}}));
  const Value x{&graph, graph.inputs[0]};
  const Value padded = Pad({0, 0, 1, 1}, {0, 0, 1, 1})(x);
  const Value picture = conv2d(padded, parameter(graph, "conv", "weight", {3, 2, 3, 3}));
  const Value turned = transpose(parameter(graph, "dense", "weight", {5, 4}), {1, 0});
  graph.output = matmul(picture, turned).node;
  write_mindir(path, graph, std::vector<TensorSource>());
  const ModelFile file = read_mindir(path);
  for (const bool keeps : {false, true}) {
    ImportOptions options;
    options.keep_strategies = keeps;
    const Imported net = import_model(file, options);
    for (const Operator* op : {&Pad::info, &Transpose::info})
      CHECK(std::ranges::count(net.graph.nodes, op, &Node::op) == keeps);
  }
}

TEST_CASE("what cannot be written is one error, and the file is as before") {
  const Folder folder;
  const std::string path = folder.write("x.mindir", "before");
  Graph graph;
  graph.inputs.push_back(graph.add(
      {Node::Kind::input, nullptr, {}, {2}, Element::float32, graph.names.add("x"), {}, {}}));
  const Value x{&graph, graph.inputs[0]};
  const Value w = parameter(graph, "w", {}, {2});
  graph.output = mul(relu(x), w).node;
  const auto error = [&](const std::vector<TensorSource>& values) {
    return error_of([&] { write_mindir(path, graph, values); });
  };
  const std::vector<float> two(2), three(3);
  CHECK(error({{"v", two, {2}}}) == "tenon: cannot write " + path +
                                        ": the network has no parameter v, of which values are "
                                        "given");
  CHECK(error({{"w", three, {3}}})
            .find("the parameter w is [2] of float32, and its values are "
                  "[3] of float32") != std::string::npos);
  CHECK(error({{"w", two, {2}}, {"w", two, {2}}}).find("two values are given of w") !=
        std::string::npos);
  CHECK(error({TensorSource("w", Element::float32, {2}, [](const Pieces&) {
        })}).find("w gives 0 bytes") != std::string::npos);
  graph.output = Twice().named("a", "b")(Twice().named("c", "d")(x)).node;
  CHECK(error({}) ==
        "tenon: cannot write " + path + ": MindIR has no such operators: Twice (c.d), Twice (a.b)");
  CHECK(bytes_of(path) == "before");
  CHECK(folder.count() == 1);
}
