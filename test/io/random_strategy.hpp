// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Networks cut at random, and which rank has which element, straight from MindSpore's definition:
/// ranks are row-major over the device matrix; a map names axes from the right, the first the most
/// significant; the optimizer cuts dimension 0 over the ranks that would repeat the block.
#include <cstring>
#include <random>

#include <tenon/io/open_tensors.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/strategy_stages.hpp>
#include <tenon/io/write_checkpoint.hpp>

#include "files.hpp"

namespace tenon::test {

using Random = std::mt19937;

inline Index pick(Random& random, Index first, Index last) {
  return first + Index(random() % std::uint64_t(last - first + 1));
}

/// What a rank of the stage has of a layout: the elements of the whole, row-major, and its shape.
struct OwnSlice {
  Dims shape;
  std::vector<Index> elements;
};

inline std::vector<Index> coordinates(const Axes& device_matrix, Index rank) {
  std::vector<Index> all(std::size_t(device_matrix.size()));
  for (int i = device_matrix.size() - 1; i >= 0; --i) {
    all[std::size_t(i)] = rank % device_matrix[i];
    rank /= device_matrix[i];
  }
  return all;
}

/// @pre every dimension divides.
inline OwnSlice own_slice(const StoredLayout& stored, const Dims& shape, Index rank) {
  const Axes& matrix = stored.layout.device_matrix;
  const auto n = std::size_t(matrix.size());
  const Index ranks = product(matrix);
  const auto blocks_of = [&](Index other) {  // which block of each dimension, and of how many
    std::vector<std::pair<Index, Index>> blocks;
    const std::vector<Index> at = coordinates(matrix, other % ranks);
    for (const Axes& entry : stored.layout.tensor_map) {
      Index block = 0, parts = 1;
      for (Index value : entry)
        if (value >= 0) {
          const std::size_t axis = n - 1 - std::size_t(value);
          block = block * matrix[int(axis)] + at[axis];
          parts *= matrix[int(axis)];
        }
      blocks.push_back({block, parts});
    }
    return blocks;
  };
  const auto own = blocks_of(rank);
  Index shards = 1, shard = 0;
  if (stored.opt_weight_shard_size != 0) {
    std::vector<Index> repeating;
    for (Index other = 0; other < ranks; ++other)
      if (blocks_of(other) == own) repeating.push_back(other);
    shards =
        stored.opt_weight_shard_size < 0 ? Index(repeating.size()) : stored.opt_weight_shard_size;
    shard =
        (std::find(repeating.begin(), repeating.end(), rank % ranks) - repeating.begin()) % shards;
  }
  OwnSlice slice{shape, {}};
  for (int d = 0; d < shape.size(); ++d) slice.shape[d] /= own[std::size_t(d)].second;
  if (!shape.empty()) slice.shape[0] /= shards;
  for (Index element = 0; element < product(shape); ++element) {
    bool is_own = true;
    Index rest = element;
    for (int d = shape.size() - 1; d >= 0; --d) {
      const Index i = rest % shape[d], size = shape[d] / own[std::size_t(d)].second;
      rest /= shape[d];
      is_own = is_own && i / size == own[std::size_t(d)].first;
      if (d == 0) is_own = is_own && i % size / (size / shards) == shard;
    }
    if (is_own) slice.elements.push_back(element);
  }
  return slice;
}

/// One parameter's layout over so many ranks; the optimizer cuts some.
/// @param is_told whether no vector is cut by several axes, which a file does not tell from a
/// matrix.
inline StoredLayout random_layout(Random& random, const std::string& name, int dimensions,
                                  Index ranks, bool is_told = false) {
  StoredLayout stored{name, {{}, {}, {}}, 0, 0, 0, false};
  Axes& matrix = stored.layout.device_matrix;
  for (Index rest = ranks; rest > 1;) {
    Index size = pick(random, 2, rest);
    while (rest % size) ++size;
    matrix.push_back(size);
    rest /= size;
  }
  if (matrix.empty() || random() % 4 == 0) matrix.insert(int(pick(random, 0, matrix.size())), 1);
  std::vector<Index> axes;
  for (int i = 0; i < matrix.size(); ++i) axes.push_back(i);
  std::shuffle(axes.begin(), axes.end(), random);
  AxisMap& map = stored.layout.tensor_map;
  for (int d = 0; d < dimensions; ++d) map.push_back({});
  for (Index axis : axes)
    if (random() % 3 && dimensions)
      if (Axes& entry = map[int(pick(random, 0, dimensions - 1))];
          !is_told || dimensions > 1 || entry.empty())
        entry.push_back(axis);
  Axes used;
  for (Axes& entry : map) {
    used.append(entry);
    stored.has_nested_map = stored.has_nested_map || entry.size() > 1;
    if (entry.empty()) entry.push_back(-1);
  }
  Index repeats = 1, step = 0;
  for (int i = matrix.size() - 1; i >= 0; --i)
    if (matrix[i] > 1 && !contains(used, Index(matrix.size() - 1 - i))) {
      repeats *= matrix[i];
      if (step == 0) step = axis_digit(matrix, i).stride;
      if (stored.opt_weight_shard_step == 0 && dimensions && random() % 3 == 0) {
        stored.opt_weight_shard_step = step;
        stored.opt_weight_shard_size = repeats;
      }
    }
  if (stored.opt_weight_shard_size == repeats && random() % 2) stored.opt_weight_shard_size = -1;
  if (stored.opt_weight_shard_step == 0) stored.opt_weight_shard_size = 0;
  return stored;
}

struct WholeTensor {
  std::string name;
  Dims shape;
  std::vector<std::uint16_t> values;
};

/// A strategy of a network over stages of ranks each: which parameters a stage has, and how.
struct CutNetwork {
  StrategyFile strategy;
  Index ranks_of_stage = 1, stages = 1;

  /// What a rank's file holds, in the order of the parameters.
  std::vector<std::pair<StoredLayout, const WholeTensor*>> on(
      Index rank, const std::vector<WholeTensor>& tensors) const {
    std::vector<std::pair<StoredLayout, const WholeTensor*>> found;
    for (const WholeTensor& tensor : tensors)
      for (const StoredLayout& stored : strategy.layouts) {
        const StageName at = stage_name(stored.name);
        const bool is_here = stages == 1
                                 ? stored.name == tensor.name
                                 : at.name == tensor.name && at.stage == rank / ranks_of_stage;
        if (is_here) found.push_back({stored, &tensor});
      }
    return found;
  }
  /// A rank's file as it has to be.
  void write(const std::string& path, Index rank, const std::vector<WholeTensor>& tensors) const {
    std::vector<std::vector<std::uint16_t>> kept;
    std::vector<TensorSource> sources;
    for (const auto& [stored, tensor] : on(rank, tensors)) {
      const OwnSlice own = own_slice(stored, tensor->shape, rank % ranks_of_stage);
      auto& values = kept.emplace_back();
      for (Index element : own.elements) values.push_back(tensor->values[std::size_t(element)]);
    }
    std::size_t next = 0;
    for (const auto& [stored, tensor] : on(rank, tensors))
      sources.emplace_back(tensor->name, kept[next++],
                           own_slice(stored, tensor->shape, rank % ranks_of_stage).shape);
    write_checkpoint(path, sources);
  }
};

/// The strategy as it comes out of a file.
inline StrategyFile stored_and_read(const Folder& folder, const StrategyFile& strategy) {
  write_strategy(folder / "strategy.ckpt", strategy);
  return read_strategy(folder / "strategy.ckpt");
}

inline CutNetwork random_network(Random& random, const std::vector<WholeTensor>& tensors,
                                 Index ranks_of_stage, Index stages, bool is_told = false) {
  CutNetwork network{{"random", 1, {}, {}}, ranks_of_stage, stages};
  for (const WholeTensor& tensor : tensors) {
    const Index first = pick(random, 0, stages - 1), second = pick(random, 0, stages - 1);
    for (Index stage = 0; stage < stages; ++stage) {
      const bool is_first = &tensor == tensors.data() + stage;  // no stage is without any
      if (stages > 1 && stage != first && !is_first && (stage != second || random() % 4)) continue;
      const std::string name = stages == 1 ? tensor.name : text(stage) + "-" + tensor.name;
      network.strategy.layouts.push_back(
          random_layout(random, name, tensor.shape.size(), ranks_of_stage, is_told));
    }
  }
  return network;
}

/// Shapes that all layouts over 8, 6 or 4 ranks divide, and scalars.
inline std::vector<WholeTensor> random_tensors(Random& random, int count) {
  std::vector<WholeTensor> tensors;
  for (int i = 0; i < count; ++i) {
    WholeTensor tensor{"layer" + text(Index(i)) + ".weight", {}, {}};
    for (Index d = pick(random, 0, 3); d > 0; --d)
      tensor.shape.push_back(24 * (random() % 4 == 0 ? 2 : 1));
    if (tensor.shape.size() == 3) tensor.shape[2] = 24;
    for (Index k = 0; k < product(tensor.shape); ++k)
      tensor.values.push_back(std::uint16_t(random()));
    tensors.push_back(tensor);
  }
  return tensors;
}

}  // namespace tenon::test
