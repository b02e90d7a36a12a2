// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What makes a MindIR file one rank's: which rank of how many, of which export, its slices of the
/// parameters, and how they are cut.
///   part.rank == 3; part.layouts[0].tensor_map == {-1, 0}; part.slices[0].shape == {784, 64}
/// The graph is that of the whole network, its strategies the primitives' in_strategy.
/// MindSpore: ParallelProto, LayoutProto.
#include <tenon/io/model_file/mindir_attribute.hpp>
#include <tenon/io/tensor_source.hpp>
#include <tenon/layout/record_of.hpp>

namespace tenon {

/// How one parameter is cut; `tensor_map` names for each dimension the axis that cuts it, or the
/// axes one after another, or -1.
struct MindirLayout {
  std::string name;
  Axes device_arrangement;
  std::vector<Index> tensor_map;
  Dims slice_shape;
  friend bool operator==(const MindirLayout&, const MindirLayout&) = default;
};

/// @throws Error when the cut has no spelling of a device matrix.
inline MindirLayout mindir_layout(const std::string& name, const Distribution& distribution,
                                  Index rank, Index ranks) {
  const std::optional<LayoutRecord> record = record_of(distribution, ranks);
  if (!record)
    throw Error(std::string(name)
                    .append(" is cut over digits of the rank that no device matrix of ")
                    .append(std::to_string(ranks))
                    .append(" ranks has"));
  MindirLayout layout{name, record->device_matrix, {}, sizes(distribution.box(rank))};
  for (const Axes& axes : record->tensor_map)
    layout.tensor_map.insert(layout.tensor_map.end(), axes.begin(), axes.end());
  return layout;
}

struct MindirPart {
  Index rank = 0, ranks = 0;          // 0 ranks: the file is of no rank
  std::string id;                     // the same in all files of one export
  std::vector<MindirLayout> layouts;  // of the slices, in their order
  std::vector<TensorSource> slices;   // by the parameters' names; one may be cut in several ways

  /// ModelProto { parallel = 11 { layout = 1 }, user_info = 14 { key = 1, value = 2 } };
  /// LayoutProto { name = 1, device_arrangement_int = 2, tensor_map_int = 3, slice_shape_int = 4 }
  std::string written_fields() const {
    if (ranks == 0) return {};
    return detail::written([&](auto& m) {
      m.add_message(11, detail::written([&](auto& parallel) {
                      for (const MindirLayout& one : layouts)
                        parallel.add_message(1, detail::written([&](auto& l) {
                                               l.add_string(1, one.name);
                                               for (Index size : one.device_arrangement)
                                                 l.add_int64(2, size);
                                               for (Index axis : one.tensor_map)
                                                 l.add_int64(3, axis);
                                               for (Index size : one.slice_shape)
                                                 l.add_int64(4, size);
                                             }));
                    }));
      const auto add = [&](const char* key, const std::string& value) {
        m.add_message(
            14, detail::written([&](auto& e) { e.add_string(1, key), e.add_string(2, value); }));
      };
      add("tenon.rank", std::to_string(rank));
      add("tenon.ranks", std::to_string(ranks));
      add("tenon.export", id);
    });
  }
};

}  // namespace tenon
