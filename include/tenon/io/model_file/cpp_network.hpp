// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A graph as the C++ that a user would have written:
///   write_file("net.hpp", {cpp_network(net.graph, {.of = "mlp.onnx"})});
///   struct Network {
///     tenon::Dense layer1{"layer1", 784, 512};
///     constexpr auto construct(auto x) const { return tenon::relu(layer1(tenon::flatten(x))); }
///   };
#include <tenon/core/sentence.hpp>
#include <tenon/io/model_file/cpp/construct.hpp>

namespace tenon {

struct CppOptions {
  std::string of{};                   // what it was made from, for its first line
  std::string name = "Network";       // of the struct
  std::string weights{};              // the file of its parameters' values, for its comment
  std::vector<std::string> inputs{};  // names; none: those of the graph's nodes
};

namespace detail {

class CppNetwork {
 public:
  CppNetwork(const Graph& graph, const CppOptions& options)
      : graph_(graph),
        options_(options),
        struct_(words_.unused(options.name)),
        construct_((check(), graph), options.inputs, words_) {}

  std::string text() const {
    std::string all = "// " + (options_.of.empty() ? "A network" : literal(options_.of)) +
                      " in C++, written by tenon-convert.\n//   tenon::Model<" + struct_ + ", " +
                      struct_ + "Input, tenon::AnyOf<1, 2, 4>> model(world, tenon::Cpu{});\n";
    if (!options_.weights.empty()) all += "//   model.load(" + literal(options_.weights) + ");\n";
    all +=
        "// mpicxx -std=c++20 -O2 program.cpp -lboost_mpi -lboost_serialization -lz, where that "
        "includes\n// <tenon/tenon.hpp> and this file.\n#pragma once\n";
    for (const std::string& header : headers()) all += "#include <tenon/" + header + ".hpp>\n";
    all += "\nstruct " + struct_ + " {\n";
    for (const CppLayer& layer : construct_.layers()) all += "  " + named(layer) + "\n";
    if (!construct_.layers().empty()) all += "\n";
    std::string list;
    for (std::size_t i = 0; i < construct_.arguments().size(); ++i)
      list.append(list.empty() ? "" : ", ")
          .append(construct_.is_read(i) ? "auto " : "[[maybe_unused]] auto ")
          .append(construct_.arguments()[i]);
    all += "  constexpr auto construct(" + list + ") const {\n";
    if (construct_.has_parameters())
      all +=
          "    const auto parameter = [&](std::string_view name, const tenon::Dims& shape,\n"
          "                               tenon::Element element = tenon::Element::float32) {\n"
          "      return tenon::parameter(*" +
          construct_.arguments()[0] +
          ".graph, name, {}, shape, element);\n"
          "    };\n";
    return all += construct_.lines() + "  }\n};\n\n" + inputs();
  }

 private:
  const Node& node(int id) const { return graph_.nodes[std::size_t(id)]; }

  [[noreturn]] static void fail(std::string_view why) {
    throw Error(sentence("cannot be written as a network in C++: ", why));
  }
  void check() const {
    if (struct_ != options_.name)
      fail(sentence("'", options_.name,
                    "' cannot be the name of the struct; legal: letters, digits and _, a letter "
                    "first, and no word of C++"));
    if (graph_.inputs.size() < 1 || graph_.inputs.size() > 4)
      fail(sentence("it has ", graph_.inputs.size(), " inputs; legal: 1 to 4"));
    if (!graph_.further.empty())
      fail(sentence("it has ", graph_.further.size() + 1, " outputs; legal: 1"));
    std::string unknown;
    for (const Node& at : graph_.nodes)
      if (at.op && !CppOperator(at).call())
        unknown.append(sentence(unknown.empty() ? "" : ", ", at.op->name));
    if (!unknown.empty()) fail(sentence("there are no such operators: ", unknown));
    for (int id : graph_.inputs)
      if (type(node(id).element).empty())
        fail(sentence("an input is of ", tenon::text(node(id).element)));
    for (int id : graph_.parameters)
      if (graph_.names[node(id).name].empty()) fail("a parameter has no name");
  }
  static std::string_view type(Element element) {
    switch (element) {
      case Element::float32: return "float";
      case Element::float64: return "double";
      case Element::int32: return "std::int32_t";
      case Element::int64: return "std::int64_t";
      default: return {};
    }
  }

  static std::string named(const CppLayer& layer) {
    std::string member = layer.member;
    return member.replace(member.find("NAME"), 4, layer.identifier);
  }

  std::set<std::string> headers() const {
    std::set<std::string> all = construct_.headers();
    all.insert(graph_.inputs.size() > 1 ? "model/program" : "plan/constant");
    return all;
  }
  /// using NetworkInput = tenon::Input<32, 28, 28>;
  std::string inputs() const {
    std::string list;
    for (int id : graph_.inputs) {
      const bool is_float = node(id).element == Element::float32;
      const std::string sizes = listed(node(id).shape);
      std::string one = is_float ? "tenon::Input<" + sizes
                                 : "tenon::InputOf<" + std::string(type(node(id).element)) +
                                       (sizes.empty() ? "" : ", ") + sizes;
      list.append(list.empty() ? "" : ", ").append(one).append(">");
    }
    if (graph_.inputs.size() > 1) list = "tenon::Inputs<" + list + ">";
    return "using " + struct_ + "Input = " + list + ";\n";
  }

  const Graph& graph_;
  const CppOptions& options_;
  Identifiers words_;
  std::string struct_;
  CppConstruct construct_;
};

}  // namespace detail

/// A header with the network as a struct, and the shapes of its inputs. Parameters have the graph's
/// names. Law: the graph that it traces to gives the same bits.
/// @throws Error when it cannot: more than four inputs, several outputs.
inline std::string cpp_network(const Graph& graph, const CppOptions& options = {}) {
  return detail::CppNetwork(graph, options).text();
}

}  // namespace tenon
