// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From a model file to a graph, which is planned and run as a network that was written in C++:
///   Imported net = import_model(read_model("mlp.onnx"), {{{32, 28, 28}}});
#include <tenon/io/model_file/fold.hpp>
#include <tenon/io/model_file/layer_norm_pattern.hpp>
#include <tenon/io/model_file/operators.hpp>
#include <tenon/io/model_file/reachable.hpp>

namespace tenon {

namespace detail {

/// The shape that an input gets. @throws Error where the file does not allow it.
inline Dims input_shape(const ModelFile& file, std::size_t i, const ImportOptions& options) {
  const FileTensor& input = file.inputs[i];
  const Dims& stated = input.shape;
  const auto fail = [&](std::string_view why) {
    throw Error(sentence("cannot import ", file.path, ": the input ", file.name(input.value),
                         input.has_shape ? sentence(" is ", text(stated)) : " has no shape",
                         " there", why));
  };
  if (options.shapes.empty()) {
    if (!input.has_shape || contains(stated, Index(-1)))
      fail(", where -1 is left open; legal: a shape in ImportOptions");
    return stated;
  }
  const Dims& wanted = options.shapes[i];
  bool fits = !input.has_shape || wanted.size() == stated.size();
  for (int d = 0; d < wanted.size() && fits; ++d) {
    const bool is_open = !input.has_shape || d == 0 || stated[d] < 0;
    fits = wanted[d] >= 0 && (is_open || stated[d] == wanted[d]);
  }
  if (!fits) fail(sentence(", and is to be ", text(wanted), "; legal: another batch at most"));
  return wanted;
}

/// Records the nodes that the output needs, of inputs of these shapes.
inline void record_all(ImportState& state, const std::vector<Dims>& shapes,
                       const std::vector<bool>& needed) {
  const ModelFile& file = state.file;
  Graph& graph = state.result.graph;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const FileTensor& input = file.inputs[i];
    const std::string_view name = file.name(input.value);
    const bool half = input.element == Element::float16 || input.element == Element::bfloat16;
    const Element element = half ? Element::float32 : input.element;
    state.held[std::size_t(input.value)].node = graph.add(
        {Node::Kind::input, nullptr, {}, shapes[i], element, graph.names.add(name), {}, {}});
    graph.inputs.push_back(state.held[std::size_t(input.value)].node);
    state.result.inputs.emplace_back(name);
  }
  for (std::size_t i = 0; i < file.nodes.size(); ++i) {
    if (!needed[i]) continue;
    const FileNode& node = file.nodes[i];
    const auto record = find_source_operator(file.format, node.type)->record;
    const SourceNode at(state, node);
    try {
      if (!is_known(state, node) || !fold(state, node, record)) record(at);
    } catch (const Error& error) {
      if (std::string_view(error.what()).starts_with("tenon: cannot import ")) throw;
      at.fail(std::string_view(error.what()).substr(7));  // without "tenon: "
    }
  }
}

/// Of every value; of those that were not needed none.
inline std::vector<Dims> shapes_of(const ImportState& state) {
  std::vector<Dims> shapes(state.held.size());
  for (std::size_t i = 0; i < shapes.size(); ++i)
    if (state.held[i].node >= 0 || state.held[i].known || state.file.values[i].constant >= 0 ||
        state.unfilled[i])
      shapes[i] = state.shape(int(i));
  return shapes;
}

/// The output follows the batch: in one dimension it is as many times as large.
inline void check_output(const ImportState& state, int output, const std::vector<Dims>& original) {
  const Dims &before = original[std::size_t(output)], &now = state.shape(output);
  int changed = 0;
  for (int d = 0; d < now.size() && now.size() == before.size(); ++d)
    changed += now[d] != before[d];
  if (changed != 1)
    throw Error(sentence("cannot import ", state.file.path, ": its output is ", text(before),
                         " in the file and ", text(now), " for another batch: it does not follow ",
                         "the batch; legal: the file's own"));
}

inline Imported imported(const ModelFile& file, const ImportOptions& options) {
  if (!options.shapes.empty() && options.shapes.size() != file.inputs.size())
    throw Error(sentence("cannot import ", file.path, ": ", options.shapes.size(),
                         " shapes are given; legal: ", file.inputs.size(), ", one for each input"));
  const std::vector<int> outputs = wanted_outputs(file, options.output);
  const std::vector<bool> needed = needed_nodes(file, outputs);
  check_supported(file, needed);
  std::vector<Dims> shapes, own;
  for (std::size_t i = 0; i < file.inputs.size(); ++i) {
    shapes.push_back(input_shape(file, i, options));
    own.push_back(shapes.back());
    if (const FileTensor& input = file.inputs[i]; input.has_shape && !own.back().empty())
      own.back()[0] = input.shape[0] < 0 ? own.back()[0] : input.shape[0];
  }
  ImportState state(file, options.keep_parameters);
  state.keep_strategies = options.keep_strategies;
  count_readers(state, needed, outputs);
  std::vector<Dims> original;
  if (own != shapes) {
    ImportState first(file, options.keep_parameters);
    first.readers = state.readers;
    record_all(first, own, needed);
    original = shapes_of(first);
    state.original = &original;
  }
  record_all(state, shapes, needed);
  for (int output : outputs)
    if (state.original) check_output(state, output, original);
  LayerNormPattern(state.result).replace_all();
  return only_reachable(state, outputs);
}

}  // namespace detail

/// The network of a model file, for inputs of the file's shapes or of others. A node of the file is
/// one of the graph of its name, or several, NAME.part; parameters have the file's names. What is
/// known before running is computed here: shapes, axes, constants. What nothing reads is left out.
/// Where another batch is wanted than the file's, a reshape to constants follows it: the dimension
/// grows before which there are as many elements as before the one that grew in its operand.
/// @throws Error that names the file and all operators that are not supported; or the node and what
/// is wrong with it.
inline Imported import_model(const ModelFile& file, const ImportOptions& options = {}) {
  constexpr std::string_view label = "tenon: ", done = "tenon: cannot import ";
  try {
    return detail::imported(file, options);
  } catch (const Error& error) {
    const std::string_view what = error.what();
    if (what.starts_with(done)) throw;
    throw Error(sentence("cannot import ", file.path, ": ", what.substr(label.size())));
  }
}

}  // namespace tenon
