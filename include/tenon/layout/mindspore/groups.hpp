// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Who talks to whom over a device matrix. Of ranks 0..7 as [2,2,2]:
///   along axis 0 rank 5 has the group {1, 5}; map [2,-1] gives {4, 5, 6, 7} one slice
/// MindSpore: device_matrix.cc, device_manager.cc.
#include <optional>

#include <tenon/core/dims.hpp>
#include <tenon/core/list.hpp>

namespace tenon {

/// 0, 1, ..., count - 1.
constexpr List<Index> ranks_up_to(Index count) {
  List<Index> ranks;
  for (Index rank = 0; rank < count; ++rank) ranks.push_back(rank);
  return ranks;
}

/// The place of `rank` in a list; nothing if it is not there.
constexpr std::optional<Index> position(const List<Index>& ranks, Index rank) {
  for (std::size_t i = 0; i < ranks.size(); ++i)
    if (ranks[i] == rank) return Index(i);
  return std::nullopt;
}

namespace detail {

constexpr Index stride_of(const List<Index>& device_matrix, std::size_t axis) {
  Index stride = 1;
  for (std::size_t i = axis + 1; i < device_matrix.size(); ++i) stride *= device_matrix[i];
  return stride;
}

/// @throws Error if the device matrix is not made of the devices, or the rank is none of them.
constexpr void check_devices(Index rank, const List<Index>& devices,
                             const List<Index>& device_matrix) {
  if (product(device_matrix) != Index(devices.size()))
    throw Error("a device matrix of " + std::to_string(product(device_matrix)) +
                " devices over a list of " + std::to_string(devices.size()));
  if (!position(devices, rank))
    throw Error("rank " + std::to_string(rank) + " is not in the device list");
}

}  // namespace detail

/// The group of `rank` along an axis, counted from the left. The ranks are counted up from the
/// first of the list, as MindSpore does: right for a contiguous list only; nothing where that
/// misses the rank.
constexpr std::optional<List<Index>> group_along(Index rank, const List<Index>& devices,
                                                 const List<Index>& device_matrix,
                                                 std::size_t axis) {
  detail::check_devices(rank, devices, device_matrix);
  if (device_matrix[axis] == 1) return List<Index>{rank};
  const Index stride = detail::stride_of(device_matrix, axis);
  const Index local = rank - devices[0];
  if (local < 0 || local >= Index(devices.size())) return std::nullopt;
  List<Index> group;
  const Index first = rank - local / stride % device_matrix[axis] * stride;
  for (Index i = 0; i < device_matrix[axis]; ++i) group.push_back(first + i * stride);
  return group;
}

/// The ranks that hold the same slice as `rank`, in the order of the list: right for any list.
/// Law: these groups partition the list, product(parts of the map) of them.
constexpr List<Index> group_by_tensor_map(Index rank, const List<Index>& devices,
                                          const List<Index>& device_matrix,
                                          const List<Index>& tensor_map) {
  detail::check_devices(rank, devices, device_matrix);
  const Index own = *position(devices, rank);
  List<Index> group;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    bool same = true;
    for (Index value : tensor_map) {
      if (value < 0) continue;
      if (value >= Index(device_matrix.size()))
        throw Error("a tensor map names axis " + std::to_string(value) + " of " +
                    std::to_string(device_matrix.size()));
      const std::size_t axis = device_matrix.size() - 1 - std::size_t(value);
      const Index stride = detail::stride_of(device_matrix, axis), size = device_matrix[axis];
      same = same && Index(i) / stride % size == own / stride % size;
    }
    if (same) group.push_back(devices[i]);
  }
  return group;
}

/// The devices of each stage:  {5, 3, 1, 0} by {2, 2} is {{5, 3}, {1, 0}}.
constexpr List<List<Index>> stage_lists(const List<Index>& devices,
                                        const List<Index>& devices_of_stages) {
  List<List<Index>> stages;
  std::size_t next = 0;
  for (Index count : devices_of_stages) {
    List<Index> stage;
    for (Index i = 0; i < count && next < devices.size(); ++i) stage.push_back(devices[next++]);
    if (Index(stage.size()) != count || count < 1)
      throw Error("the stages are not made of the " + std::to_string(devices.size()) + " devices");
    stages.push_back(stage);
  }
  if (next != devices.size())
    throw Error("the stages are not made of the " + std::to_string(devices.size()) + " devices");
  return stages;
}

struct StageOfRank {
  Index stage = 0, rank_in_stage = 0;
};
/// Stages are equally large and ranks count through them: 5 of 8 in 2 stages is rank 1 of stage 1.
constexpr StageOfRank stage_of(Index rank, Index devices, Index stages) {
  const Index in_stage = devices / stages;
  return {rank / in_stage, rank - rank / in_stage * in_stage};
}

/// The ranks that gather a parameter whose dimension 0 is cut over map value `value`: those that
/// agree with `rank` in the axes left of the last `value` ones; of value 0 all (a slice [-0:] is
/// everything).
constexpr List<Index> first_dim_param_ranks(const List<Index>& device_matrix, Index value,
                                            Index rank) {
  Index count = 1;
  for (std::size_t i = value > 0 ? device_matrix.size() - std::size_t(value) : 0;
       i < device_matrix.size(); ++i)
    count *= device_matrix[i];
  List<Index> ranks;
  for (Index i = 0; i < count; ++i) ranks.push_back(rank / count * count + i);
  return ranks;
}

}  // namespace tenon
