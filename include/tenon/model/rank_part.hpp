// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A part of a rank's program: nodes without communication, planned for this rank alone, or a
/// collective.
#include <tenon/comm/communication.hpp>
#include <tenon/io/model_file/import_model.hpp>
#include <tenon/io/open_tensors.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/model/rank_pieces.hpp>
#include <tenon/model/weights_of_file.hpp>
#include <tenon/plan/planned.hpp>
#include <tenon/run/executor.hpp>

namespace tenon::detail {

struct RankValue {
  Dims shape;
  Element element = Element::float32;
};
/// Of the program: nodes without communication, or a collective.
struct RankPart {
  bool is_collective = false;
  std::vector<int> from, to;  // of the file's values
  RankCollective collective;
  std::unique_ptr<Exchange> exchange;
  Memory result;
  Imported net;
  Plan plan;
  PlanView view;
  std::unique_ptr<Parameters> parameters;
  std::unique_ptr<Executor> executor;
};

/// @param values what is known of the file's values so far; of what it makes afterwards.
inline RankPart rank_part(const ModelFile& file, RankPiece&& piece, std::vector<RankValue>& values,
                          int ranks) {
  RankPart part;
  part.from = piece.from, part.to = piece.to;
  part.is_collective = piece.collective >= 0;
  if (part.is_collective) {
    const FileNode& node = file.nodes[std::size_t(piece.collective)];
    if (piece.from.empty())
      throw Error(sentence("cannot run ", file.path, ": ", node.name, " communicates a parameter, ",
                           "as where the optimizer cuts them; legal: values that nodes make"));
    if (piece.from.size() != 1 || node.outputs.size() != 1 || node.outputs[0] < 0)
      throw Error(sentence("cannot run ", file.path, ": ", node.name, " is of ", piece.from.size(),
                           " values; legal: 1"));
    part.to = node.outputs;
    RankValue& y = values[std::size_t(part.to[0])] = values[std::size_t(part.from[0])];
    part.collective = collective_of(file, node, y.shape, y.element, ranks);
    return part;
  }
  ImportOptions options;
  options.keep_parameters = true;
  for (std::size_t i = 0; i < part.from.size(); ++i) {
    const RankValue& x = values[std::size_t(part.from[i])];
    piece.file.inputs[i].element = x.element;
    options.shapes.push_back(x.shape);
  }
  part.net = import_model(piece.file, options);
  const Graph& graph = part.net.graph;
  for (std::size_t i = 0; i < part.to.size(); ++i) {
    const int id = i ? graph.further[int(i) - 1] : graph.output;
    const Node& y = graph.nodes[std::size_t(id)];
    values[std::size_t(part.to[i])] = {y.shape, y.element};
  }
  part.plan = planned(graph, 1);
  if (part.plan.finding) throw Error(text(part.plan.finding, part.plan.name(part.plan.where)));
  part.view = view(part.plan);
  part.parameters = std::make_unique<Parameters>(part.view);
  return part;
}

inline void copy_slice(const StoredTensor& from, Parameters::Slice& slice,
                       const std::string& path) {
  const Dims& shape = slice.distribution.shape;
  if (!(from.shape == shape) || from.element != slice.element)
    throw Error(sentence(slice.name, " is ", text(from.shape), " of ", text(from.element), " in ",
                         path, ", this rank's part of the network has ", text(shape), " of ",
                         text(slice.element)));
  copy_elements(from, 0, product(shape), slice.to_fill());
}

/// From the file, and what it has no values of from this rank's slices.
inline void fill(std::vector<RankPart>& parts, const std::shared_ptr<const ModelFile>& file,
                 const std::string& checkpoint, int rank) {
  std::unique_ptr<TensorFile> slices;
  if (!checkpoint.empty())
    slices = std::make_unique<TensorFile>(open_tensors(numbered(checkpoint, rank)));
  for (RankPart& part : parts) {
    if (part.is_collective) continue;
    WeightsOfFile weights(file->files, file);
    const auto missing = weights.fill(*part.parameters, part.net.parameters, 0, LoadWay::read);
    for (const std::string& name : missing) {
      if (!slices)
        throw Error(sentence(file->path, " has no values of ", name,
                             ": give a checkpoint of slices, 'rank_{}/net{}.ckpt'"));
      for (Parameters::Slice& slice : part.parameters->slices())
        if (slice.name == name) copy_slice(slices->at(name), slice, slices->path());
    }
  }
}

}  // namespace tenon::detail
