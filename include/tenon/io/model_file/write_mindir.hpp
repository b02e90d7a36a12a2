// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes a network and the values of its parameters as MindIR, as MindSpore 2.10 exports it:
///   write_mindir("mlp.mindir", trace(network, {{{32, 28, 28}}}), Checkpoint("mlp.ckpt"));
/// Law: import_model(read_mindir(path)) is the same graph, and gives the same bits.
/// MindSpore: mind_ir.proto, export(..., file_format="MINDIR").
#include <tenon/io/atomic_write.hpp>
#include <tenon/io/model_file/imported.hpp>
#include <tenon/io/model_file/mindir_nodes.hpp>
#include <tenon/io/model_file/mindir_tensors.hpp>

namespace tenon {

struct MindirOptions {
  std::vector<std::string> inputs{}, outputs{};  // their names; none: those of the graph's nodes
  MindirPart part{};                             // of a file of one rank
  mode_t mode = 0666;
};

namespace detail {

/// ValueInfoProto { name = 1, tensor = 2, denotation = 4, attr_info = 5 }
inline std::string value_info(const std::string& name, const Node& node) {
  return written([&](auto& v) {
    v.add_string(1, name);
    v.add_message(2, mindir_shape(node.shape, node.element));
  });
}
/// Of one output, or of a tuple of several.
inline std::string output_info(const std::string& name, const Graph& graph) {
  const auto node = [&](int id) -> const Node& { return graph.nodes[std::size_t(id)]; };
  if (graph.further.empty()) return value_info(name, node(graph.output));
  const auto element = [&](const Node& of) {
    return written([&](auto& v) {
      v.add_message(12, mindir_shape(of.shape, of.element)), v.add_enum(16, 19);
    });
  };
  return written([&](auto& v) {
    v.add_string(1, name), v.add_string(4, "Tuple");
    v.add_message(5, written([&](auto& a) {
                    a.add_enum(16, 20), a.add_message(17, element(node(graph.output)));
                    for (int id : graph.further) a.add_message(17, element(node(id)));
                  }));
  });
}

/// Of each parameter, in the graph's order; none where no value of its name is given.
inline std::vector<const TensorSource*> values_of(const Graph& graph,
                                                  const std::vector<TensorSource>& values,
                                                  const std::string& path) {
  std::map<std::string_view, const TensorSource*> by_name;
  for (const TensorSource& value : values)
    if (!by_name.emplace(value.name, &value).second)
      cannot_write(path, sentence("two values are given of ", value.name));
  std::vector<const TensorSource*> list;
  for (int id : graph.parameters) {
    const Node& node = graph.nodes[std::size_t(id)];
    const auto found = by_name.extract(graph.names[node.name]);
    list.push_back(found ? found.mapped() : nullptr);
    if (found && (!(list.back()->shape == node.shape) || list.back()->element != node.element))
      cannot_write(
          path, sentence("the parameter ", graph.names[node.name], " is ", text(node.shape), " of ",
                         text(node.element), ", and its values are ", text(list.back()->shape),
                         " of ", text(list.back()->element)));
  }
  if (!by_name.empty())
    cannot_write(path, sentence("the network has no parameter ", by_name.begin()->first,
                                ", of which values are given"));
  return list;
}

}  // namespace detail

/// The file appears whole or not at all; no tensor is copied, each lies at a multiple of 64 bytes.
/// @param values by the parameters' names (anything that converts to TensorSource); a parameter of
/// which none are given is written without values, which a checkpoint then has.
/// @throws Error that names the file and all operators that MindIR has no name of; values of no
/// parameter, or of another shape; or the disk is full.
void write_mindir(const std::string& path, const Graph& graph, const auto& values,
                  const MindirOptions& options = {}) {
  using namespace detail;
  if (graph.finding || graph.output < 0)
    cannot_write(path, graph.finding ? text(graph.finding, graph.names[graph.finding.where])
                                     : std::string("the network has no output"));
  const MindirNodes nodes(graph, options.inputs, options.outputs);
  if (!nodes.unknown().empty())
    cannot_write(path, sentence("MindIR has no such operators: ", nodes.unknown()));
  const std::vector<TensorSource> sources(values.begin(), values.end());
  const std::vector<const TensorSource*> given = values_of(graph, sources, path);
  MindirTensors body;
  body.add(nodes.nodes());
  body.add(written([](auto& g) { g.add_string(2, "network"); }));
  for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
    const Node& node = graph.nodes[std::size_t(graph.parameters[i])];
    const std::string_view name = graph.names[node.name];
    const std::string& value = nodes.value(graph.parameters[i]);
    if (given[i]) body.add_parameter(value, *given[i]);
    else body.add_parameter(value, std::string(name), node.shape, node.element);
  }
  for (int id : graph.inputs)
    body.add(written([&](auto& g) {
      g.add_message(5, value_info(nodes.value(id), graph.nodes[std::size_t(id)]));
    }));
  body.add(written([&](auto& g) { g.add_message(6, output_info(nodes.output(), graph)); }));
  for (const TensorSource& slice : options.part.slices) body.add_slice(slice);
  AtomicFile file(path, options.mode);
  const Pieces write = [&](std::span<const char> piece) { file.write(piece); };
  body.write_to(path, write);
  file.write(written([](auto& m) { m.add_bool(10, true); }));
  file.write(options.part.written_fields());
  file.write(nodes.primitives());
  file.write(written([](auto& m) { m.add_int64(13, 3); }));
  file.commit();
}

/// A network that was imported, under the names that its file had.
///   write_mindir("mlp.mindir", import_model(read_model("mlp.onnx"), {{{32, 28, 28}}}));
inline void write_mindir(const std::string& path, const Imported& net) {
  std::vector<StoredTensor> values;
  for (const ImportedParameter& one : net.parameters)
    if (one.has_values) values.push_back(one.tensor);
  write_mindir(path, net.graph, values, {net.inputs, net.outputs, {}});
}

}  // namespace tenon
