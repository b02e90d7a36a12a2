// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an output needs: of the file's nodes before the import, and of the graph's after it.
#include <map>

#include <tenon/io/model_file/operators.hpp>

namespace tenon::detail {

/// The values of the output of that name, or of all. @throws Error that says what is legal.
inline std::vector<int> wanted_outputs(const ModelFile& file, std::string_view name) {
  constexpr std::size_t most = 16;
  std::vector<int> all;
  std::string names;
  for (const FileTensor& output : file.outputs) {
    if (file.name(output.value) == name) return {output.value};
    all.push_back(output.value);
    if (names.size() < 1000)
      names.append(names.empty() ? "" : ", ").append(file.name(output.value));
  }
  if (!name.empty())
    throw Error(sentence("cannot import ", file.path, ": it has no output ", name,
                         "; legal: one of ", names));
  if (all.empty() || all.size() > most)
    throw Error(sentence("cannot import ", file.path, ": it has ", all.size(),
                         " outputs; legal: 1 to ", most, all.empty() ? "" : ", or one by name"));
  return all;
}

/// Whether each node is needed.
inline std::vector<bool> needed_nodes(const ModelFile& file, const std::vector<int>& outputs) {
  std::vector<bool> values(file.values.size()), nodes(file.nodes.size());
  for (int output : outputs) values[std::size_t(output)] = true;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    for (int made : file.nodes[i].outputs)
      if (made >= 0 && values[std::size_t(made)]) nodes[i] = true;
    for (int input : file.nodes[i].inputs)
      if (input >= 0 && nodes[i]) values[std::size_t(input)] = true;
  }
  return nodes;
}

inline void count_readers(ImportState& state, const std::vector<bool>& needed,
                          const std::vector<int>& outputs) {
  for (int output : outputs) ++state.readers[std::size_t(output)];
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
  throw Error(
      sentence("cannot import ", file.path, ": it has operators that are not supported: ", list));
}

/// The graph without what its outputs do not need, and the outputs' names. Inputs stay.
inline Imported only_reachable(ImportState& state, const std::vector<int>& outputs) {
  Imported& all = state.result;
  std::vector<int> given;  // nodes
  for (int output : outputs) {
    const FileNode last{std::string(state.file.name(output)), "output", {output}, {}};
    const SourceNode at(state, last);
    Value y = at.operand(0);
    if (all.graph.nodes[std::size_t(y.node)].kind != Node::Kind::operation)
      y = at.record(Identity(), {y});
    given.push_back(y.node);
  }
  const auto& from = all.graph.nodes;
  std::vector<bool> needed(from.size());
  for (int node : given) needed[std::size_t(node)] = true;
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
  for (std::size_t i = 0; i < given.size(); ++i) {
    const int node = now[std::size_t(given[i])];
    if (i == 0) made.graph.output = node;
    else made.graph.further.push_back(node);
    made.outputs.emplace_back(state.file.name(outputs[i]));
  }
  made.inputs = std::move(all.inputs);
  made.owned = std::move(all.owned);
  return made;
}

}  // namespace tenon::detail
