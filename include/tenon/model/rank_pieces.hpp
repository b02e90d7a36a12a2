// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A model file whose nodes communicate, in pieces that do not:
///   for_each_rank_piece(file, visit): nodes up to the first collective, that, nodes up to the
///   second, ...
#include <algorithm>

#include <tenon/model/rank_collective.hpp>

namespace tenon::detail {

/// Consecutive nodes, as a model of its own; or one collective.
struct RankPiece {
  ModelFile file;         // of the nodes; the tensors lie in the file that they are of
  int collective = -1;    // a node of the whole file; then `file` is empty
  std::vector<int> from;  // values of the whole file that it reads, as file.inputs
  std::vector<int> to;    // values that it makes and others read, as file.outputs
};

inline bool has_collectives(const ModelFile& file) {
  return std::ranges::any_of(file.nodes, [](const auto& node) { return is_collective(node.type); });
}

/// visit(piece) in the order of evaluation. What a piece makes for nobody is left out.
inline void for_each_rank_piece(const ModelFile& whole, auto&& visit) {
  const std::size_t values = whole.values.size();
  std::vector<int> last_reader(values, -1), piece_of(values, -1);
  std::vector<int> piece_of_node;
  int piece = 0;
  for (const FileNode& node : whole.nodes) {
    const bool alone = is_collective(node.type);
    piece += alone;
    piece_of_node.push_back(piece);
    for (int y : node.outputs)
      if (y >= 0) piece_of[std::size_t(y)] = piece;
    for (int x : node.inputs)
      if (x >= 0) last_reader[std::size_t(x)] = piece;
    piece += alone;
  }
  for (const FileTensor& y : whole.outputs) last_reader[std::size_t(y.value)] = piece + 1;
  for (const FileTensor& x : whole.inputs) piece_of[std::size_t(x.value)] = -2;  // given
  for (std::size_t i = 0; i < whole.nodes.size();) {
    RankPiece made;
    ModelFile& file = made.file;
    const int number = piece_of_node[i];
    const bool alone = is_collective(whole.nodes[i].type);
    if (alone) made.collective = int(i);
    else {
      file.format = whole.format, file.opset = whole.opset, file.path = whole.path;
      file.values = whole.values, file.attributes = whole.attributes;
      file.constants = whole.constants, file.unfilled = whole.unfilled;
    }
    for (; i < whole.nodes.size() && piece_of_node[i] == number; ++i) {
      const FileNode& node = whole.nodes[i];
      for (int x : node.inputs) {
        const bool comes_in =
            x >= 0 && piece_of[std::size_t(x)] != number && piece_of[std::size_t(x)] != -1;
        if (comes_in && std::ranges::find(made.from, x) == made.from.end()) made.from.push_back(x);
      }
      for (int y : node.outputs)
        if (y >= 0 && last_reader[std::size_t(y)] > number) made.to.push_back(y);
      if (!alone) file.nodes.push_back(node);
    }
    for (int x : made.from) {
      FileTensor& input = file.inputs.emplace_back();
      input.value = x;
      for (const FileTensor& given : whole.inputs)
        if (given.value == x) input = given;
    }
    for (int y : made.to) file.outputs.emplace_back().value = y;
    visit(std::move(made));
  }
}

}  // namespace tenon::detail
