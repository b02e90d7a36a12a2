// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an output needs: of the file's nodes before the import, and of the graph's after it.
#include <map>

#include <tenon/io/model_file/operators.hpp>

namespace tenon::detail {

/// The output of that name, or the only one. @throws Error that names all.
inline int wanted_output(const ModelFile& file, std::string_view name) {
  std::string names;
  for (const FileTensor& output : file.outputs) {
    if (!name.empty() ? file.name(output.value) == name : file.outputs.size() == 1)
      return output.value;
    if (names.size() < 1000)
      names.append(names.empty() ? "" : ", ").append(file.name(output.value));
  }
  throw Error(sentence("cannot import ", file.path, ": ",
                       name.empty() ? std::string("it has several outputs")
                                    : sentence("it has no output ", name),
                       "; legal: one of ", names));
}

/// Whether each node is needed.
inline std::vector<bool> needed_nodes(const ModelFile& file, int output) {
  std::vector<bool> values(file.values.size()), nodes(file.nodes.size());
  values[std::size_t(output)] = true;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    for (int made : file.nodes[i].outputs)
      if (made >= 0 && values[std::size_t(made)]) nodes[i] = true;
    for (int input : file.nodes[i].inputs)
      if (input >= 0 && nodes[i]) values[std::size_t(input)] = true;
  }
  return nodes;
}

inline void count_readers(ImportState& state, const std::vector<bool>& needed, int output) {
  ++state.readers[std::size_t(output)];
  for (std::size_t i = 0; i < needed.size(); ++i)
    for (int input : state.file.nodes[i].inputs)
      if (input >= 0 && needed[i]) ++state.readers[std::size_t(input)];
}

/// @throws Error that names every operator that is not supported, with the first of its nodes; or
/// that the file is one rank's part of a network over many.
inline void check_supported(const ModelFile& file, const std::vector<bool>& needed) {
  constexpr std::string_view collectives[] = {"AllGather", "AllReduce", "ReduceScatter",
                                              "AlltoAll",  "AlltoAllV", "NeighborExchange",
                                              "Broadcast", "Send",      "Receive"};
  struct Missing {
    Index count = 0;
    std::string nodes;
  };
  std::map<std::string_view, Missing> missing;
  bool sends = false;
  for (std::size_t i = 0; i < needed.size(); ++i) {
    const FileNode& node = file.nodes[i];
    if (!needed[i] || find_source_operator(file.format, node.type)) continue;
    if (file.format == ModelFormat::mindir)
      for (std::string_view one : collectives) sends = sends || node.type == one;
    Missing& of = missing[node.type];
    if (++of.count <= 3) of.nodes.append(of.nodes.empty() ? "" : ", ").append(node.name);
    else if (of.count == 4) of.nodes.append(", ...");
  }
  if (missing.empty()) return;
  std::string list;
  int listed = 0;
  for (const auto& [type, of] : missing) {
    if (++listed > 20) {
      list.append(sentence("; and ", missing.size() - 20, " others"));
      break;
    }
    list.append(sentence(list.empty() ? "" : "; ", type, " (", of.nodes, ")"));
  }
  if (sends)
    throw Error(sentence("cannot import ", file.path,
                         ": it is one rank's part of a network over many ranks, whose nodes send ",
                         "between them: ", list, "; legal: an export of the whole network"));
  throw Error(sentence("cannot import ", file.path, ": it has operators that are not supported: ",
                       list));
}

/// The graph without what its output does not need, and the output's name. Inputs stay.
inline Imported only_reachable(ImportState& state, int output) {
  Imported& all = state.result;
  const FileNode last{std::string(state.file.name(output)), "output", {output}, {}};
  const SourceNode at(state, last);
  Value y = at.operand(0);
  if (all.graph.nodes[std::size_t(y.node)].kind != Node::Kind::operation)
    y = at.record(Identity(), {y});
  const auto& from = all.graph.nodes;
  std::vector<bool> needed(from.size());
  needed[std::size_t(y.node)] = true;
  for (std::size_t i = from.size(); i-- > 0;)
    for (int input : from[i].inputs)
      if (needed[i]) needed[std::size_t(input)] = true;
  Imported made;
  std::vector<int> now(from.size(), -1);
  std::size_t parameter = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool is_parameter = from[i].kind == Node::Kind::parameter;
    const std::size_t at_parameter = is_parameter ? parameter++ : 0;
    if (!needed[i] && from[i].kind != Node::Kind::input) continue;
    Node node = from[i];
    for (int& input : node.inputs) input = now[std::size_t(input)];
    node.name = made.graph.names.add(all.graph.names[node.name]);
    now[i] = made.graph.add(node);
    if (!is_parameter) continue;
    made.graph.parameters.push_back(now[i]);
    made.graph.hashes.push_back(all.graph.hashes[at_parameter]);
    made.parameters.push_back(std::move(all.parameters[at_parameter]));
  }
  for (int input : all.graph.inputs) made.graph.inputs.push_back(now[std::size_t(input)]);
  made.graph.output = now[std::size_t(y.node)];
  made.inputs = std::move(all.inputs);
  made.output = state.file.name(output);
  made.owned = std::move(all.owned);
  return made;
}

}  // namespace tenon::detail
