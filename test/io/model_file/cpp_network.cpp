// SPDX-License-Identifier: Apache-2.0
// test/programs/convert.py compiles and runs what is written here.
#include <tenon/io/model_file/cpp_network.hpp>

#include <doctest/doctest.h>

#include <tenon/network/layers/convolution.hpp>
#include <tenon/network/layers/dense.hpp>

#include "../files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

Graph graph_of(const std::vector<Dims>& inputs, auto&& construct) {
  Graph graph;
  std::vector<Value> x;
  for (const Dims& shape : inputs) {
    const Node node{Node::Kind::input,      nullptr, {}, shape, Element::float32,
                    graph.names.add("int"), {},      {}};
    x.push_back({&graph, graph.add(node)});
    graph.inputs.push_back(x.back().node);
  }
  graph.output = construct(x).node;
  return graph;
}

}  // namespace

TEST_CASE("words of C++") {
  using namespace tenon::detail;
  CHECK(identifier("encoder.0/conv-1.") == "encoder_0_conv_1");
  CHECK(identifier("7") == "n7");
  CHECK(identifier("...") == "x");
  Identifiers words;
  CHECK(words.unused("while") == "while2");
  CHECK(words.unused("a.b") == "a_b");
  CHECK(words.unused("a_b") == "a_b2");
  CHECK(literal("a\"\\\n\xff?") == "\"a\\\"\\\\\\012\\377\\077\"");
  CHECK(literal(0.5) == "0.5");
  CHECK(literal(double(1e-5f)) == "1e-05f");
  CHECK(literal(1e-5) == "1e-05");
  CHECK(literal(std::numeric_limits<Index>::min()) == "-9223372036854775807 - 1");
}

TEST_CASE("layers where names and shapes are those of one, else operators") {
  const Graph graph = graph_of({{2, 1, 6, 6}}, [](const std::vector<Value>& x) {
    Value y = relu(Convolution("conv1", 1, 2, {3, 3}, Conv2d({2, 2}, {1, 1, 1, 1}))(x[0]));
    y = Convolution("conv 2", 2, 2, {3, 3}, Conv2d{}, Convolution::no_bias)(y);
    y = Dense("a.0", 2, 4, Dense::transposed)(flatten(y));
    Graph& g = *y.graph;
    y = add(parameter(g, "fc", "bias", {3}), matmul(y, parameter(g, "fc", "weight", {4, 3})));
    y = add(matmul(y, parameter(g, "p", "weight", {3, 3})), parameter(g, "q", "bias", {3}));
    return add(matmul(y, parameter(g, "r", "weight", {3, 2})), parameter(g, "r", "bias", {1}));
  });
  const std::string text = cpp_network(graph, {.of = "x.onnx\\\n", .name = "Classes"});
  for (const char* line :
       {"// \"x.onnx\\\\\\012\" in C++", "struct Classes {",
        "  constexpr auto construct(auto int2)",
        "  tenon::Convolution conv1{\"conv1\", 1, 2, {3, 3}, tenon::Conv2d({2, 2}, {1, 1, 1, 1})};",
        "  tenon::Convolution conv_2{\"conv 2\", 2, 2, {3, 3}, tenon::Conv2d(), "
        "tenon::Convolution::no_bias};",
        "  tenon::Dense a_0{\"a.0\", 2, 4, tenon::Dense::transposed};",
        "  tenon::Dense fc{\"fc\", 4, 3};", "parameter(\"p.weight\", {3, 3})",
        "parameter(\"q.bias\", {3})", "parameter(\"r.weight\", {3, 2})",
        "parameter(\"r.bias\", {1})", "using ClassesInput = tenon::Input<2, 1, 6, 6>;"})
    CHECK_MESSAGE(has(text, line), line << "\n" << text);
}

TEST_CASE("a variable is used again where nothing reads it any more") {
  const Graph graph = graph_of({{4, 4}, {4, 4}}, [](const std::vector<Value>& x) {
    const Value a = matmul(x[0], x[1]), b = add(a, x[0]);
    return mul(softmax(relu(b)), a);
  });
  const std::string text = cpp_network(graph, {.inputs = {"x", "w"}});
  for (const char* line :
       {"construct(auto x, auto w)", "    const auto h = tenon::matmul(x, w); ",
        "    auto h2 = tenon::add(h, x); ", "    h2 = tenon::softmax(tenon::relu(h2)); ",
        "    return tenon::mul(h2, h); ",
        "using NetworkInput = tenon::Inputs<tenon::Input<4, 4>, tenon::Input<4, 4>>;"})
    CHECK_MESSAGE(has(text, line), line << "\n" << text);
}

TEST_CASE("what is no network in C++ is an error") {
  const auto error = [](const Graph& graph) { return error_of([&] { cpp_network(graph); }); };
  const auto first = [](const std::vector<Value>& x) { return relu(x[0]); };
  const std::string cannot = "tenon: cannot be written as a network in C++: ";
  CHECK(error(graph_of({{2}}, first)) == "");
  CHECK(error(graph_of(std::vector<Dims>(5, {2}), first)) ==
        cannot + "it has 5 inputs; legal: 1 to 4");
  Graph several = graph_of({{2}}, first);
  several.further.push_back(several.output);
  CHECK(error(several) == cannot + "it has 2 outputs; legal: 1");
  for (const std::string name : {"class", "1x y", "", "a.b"})
    CHECK(error_of([&] { cpp_network(graph_of({{2}}, first), {.name = name}); }) ==
          cannot + "'" + name + "' cannot be the name of the struct; legal: letters, digits and _, "
                   "a letter first, and no word of C++");
}
