// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Whose files are needed to write a rank's file of another strategy:
///   source_ranks(StrategyPlaces(read_strategy("seed8.ckpt")), StrategyPlaces(), 0) == {2, 0}
/// MindSpore: rank_list_for_transform.
#include <tenon/io/strategy_places.hpp>
#include <tenon/layout/exchange.hpp>
#include <tenon/layout/mindspore/needed_ranks.hpp>

namespace tenon {

namespace detail {

/// All ways to read a layout's map: of a JSON file's flat shape, what may be one dimension that
/// several axes cut; else a dimension for each entry, or a vector.
inline void shapes_of(const StoredLayout& stored, std::vector<Dims>& found) {
  const LayoutRecord& layout = stored.layout;
  const auto n = layout.tensor_map.size();
  if (layout.shape.empty()) {
    found.push_back(Dims::filled(n, 0));  // any
    if (n != 1) found.push_back(Dims{0});
    return;
  }
  const auto join = [&](auto&& self, int d, const Dims& joined) -> void {
    if (d == n) return found.push_back(joined);
    Index size = 1;
    for (int last = d; last < n; ++last) {
      size *= layout.shape[last];
      Dims longer = joined;
      longer.push_back(size);
      self(self, last + 1, longer);
      if (parts(layout.digits(layout.tensor_map[last])) != layout.shape[last]) return;
    }
  };
  join(join, 0, {});
}

/// The two layouts of one parameter, of a shape that both divide.
/// @throws Error when they are of other numbers of dimensions.
inline std::pair<LayoutRecord, LayoutRecord> layouts_of_one(const StoredPlace& from,
                                                            const StoredPlace& to) {
  const StoredLayout& a = *from.layout;
  std::vector<Dims> of_a, of_b;
  shapes_of(a, of_a);
  if (to.layout) shapes_of(*to.layout, of_b);
  else of_b = of_a;
  for (const Dims& x : of_a)
    for (const Dims& y : of_b) {
      if (x.size() != y.size()) continue;
      const auto is_any = [](const Dims& shape) { return product(shape) == 0; };
      if (!is_any(x) && !is_any(y) && !(x == y)) continue;
      const bool any = is_any(x) && is_any(y);
      Dims shape = any ? Dims::filled(x.size(), 1) : is_any(x) ? y : x;
      const auto record = [&](const StoredPlace& place) {
        if (place.layout)
          return with_optimizer_shard(*place.layout, layout_of(*place.layout, shape));
        return LayoutRecord{{1}, AxisMap::filled(shape.size(), {}), shape};
      };
      if (any)
        for (int d = 0; d < shape.size(); ++d)
          shape[d] = lower(record(from)).parts(d) * lower(record(to)).parts(d);
      return {record(from), record(to)};
    }
  throw Error(
      std::string(a.name).append(" has another number of dimensions or another shape in "
                                 "one strategy than in the other"));
}

/// The ranks, of one stage, whose slices a rank needs of one parameter.
inline List<Index> needed_of_one(const StoredPlace& from, const StoredPlace& to, Index rank) {
  const auto [a, b] = layouts_of_one(from, to);
  if (a.devices() % b.devices() == 0 || b.devices() % a.devices() == 0)
    return needed_ranks(a, b, rank);
  List<Index> needed;  // MindSpore refuses these
  const Distribution x = lower(a);
  for_each_piece(x, lower(b).box(rank), rank % a.devices(),
                 [&](Index source, const Box&) { needed.push_back(source); });
  return needed;
}

}  // namespace detail

/// In descending order, as MindSpore gives them. It takes the ranks that any parameter needs within
/// its stage, from every stage that has one: so a pipeline's answer may hold ranks that could be
/// spared.
/// Law: transform() to that rank needs no other file. One case is left out: a vector that several
/// axes cut looks like a matrix in the protobuf form of a strategy file, and is taken for one here,
/// as in MindSpore; transform(), which sees the slices, then names what is missing.
/// @throws Error when the strategies share no parameter or there is no such rank.
inline std::vector<Index> source_ranks(const StrategyPlaces& from, const StrategyPlaces& to,
                                       Index rank) {
  if (rank < 0 || rank >= to.ranks())
    throw Error(std::string("there is no rank ")
                    .append(text(rank))
                    .append(": ")
                    .append(to.path())
                    .append(" is for ")
                    .append(text(to.ranks()))
                    .append(" ranks"));
  if (!from.strategy()) return {0};
  const Index in_stage = rank % to.ranks_of_stage(), first_rank = rank - in_stage;
  std::set<Index> local, stages;
  for (std::string_view name : from.names())
    for (const StoredPlace& target : to.of(name)) {
      if (target.first_rank != first_rank) continue;
      const std::vector<StoredPlace> sources = from.of(name);
      for (const StoredPlace& source : sources) stages.insert(source.first_rank);
      for (Index needed : detail::needed_of_one(sources.front(), target, in_stage))
        local.insert(needed);
    }
  if (local.empty())
    throw Error(std::string(from.path())
                    .append(" and ")
                    .append(to.path())
                    .append(" have no parameter in common on rank ")
                    .append(text(rank)));
  std::vector<Index> ranks;
  for (Index first : stages)
    for (Index one : local) ranks.push_back(first + one);
  std::sort(ranks.rbegin(), ranks.rend());
  return ranks;
}

}  // namespace tenon
