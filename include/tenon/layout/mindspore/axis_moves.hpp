// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How one tensor map becomes another over one device matrix, one axis at a time:
///   [16], map [0,-1] -> [-1,0]:  ConcatByAxis(0, 0, 16), SplitByAxis(16, 1, 0)
///   with all-to-all:             PermuteByAxis(16, 1, 0, 0, 16)
/// MindSpore: RedistributionOperatorInfer. It goes through the pending dimensions in the order of a
/// hash map; here they are taken in ascending order, which its tests show.
#include <string_view>

#include <tenon/layout/mindspore/flat_layout.hpp>

namespace tenon {

enum class AxisMoveKind : std::uint8_t {
  split_by_axis,    // parts, dimension, map value
  concat_by_axis,   // dimension, map value, parts
  permute_by_axis,  // parts, dimension to split, dimension to concatenate, map value, parts
};

struct AxisMove {
  AxisMoveKind kind;
  List<Index> arguments;  // in MindSpore's order, above
  Index elements = 0;     // of the slice that the list of moves began with
};

constexpr std::string_view text(AxisMoveKind kind) {
  constexpr std::string_view names[] = {"SplitByAxis", "ConcatByAxis", "PermuteByAxis"};
  return names[int(kind)];
}

namespace detail {

class AxisMoveSearch {
 public:
  constexpr AxisMoveSearch(const FlatLayout& from, const List<Index>& to, bool enable_alltoall)
      : from_(from), to_(to), now_(from.tensor_map), enable_alltoall_(enable_alltoall) {
    for (std::size_t d = 0; d < now_.size(); ++d) pending_.push_back(true);
  }

  constexpr List<AxisMove> moves() {
    while (any_pending()) {
      const std::size_t before = moves_.size();
      std::size_t round = 0, pass = 0;
      do {
        round = moves_.size();
        split();
        do {
          pass = moves_.size();
          permute();
        } while (any_pending() && pass != moves_.size());
      } while (any_pending() && round != moves_.size());
      concat();
      if (before == moves_.size() && any_pending()) break_cycle();
    }
    return moves_;
  }

 private:
  constexpr bool any_pending() const { return contains(pending_, true); }

  /// The pending dimension that an axis cuts now, or none.
  constexpr std::optional<std::size_t> holder(Index value) const {
    for (std::size_t d = 0; d < now_.size(); ++d)
      if (pending_[d] && now_[d] == value) return d;
    return std::nullopt;
  }
  constexpr bool leaves(std::size_t d) {
    if (now_[d] == to_[d]) pending_[d] = false;
    return !pending_[d];
  }
  constexpr void add(AxisMoveKind kind, List<Index> arguments) {
    moves_.push_back({kind, std::move(arguments), product(from_.slice_shape())});
  }
  constexpr void add_split(std::size_t d) {
    add(AxisMoveKind::split_by_axis, {from_.parts(to_[d]), Index(d), to_[d]});
  }
  constexpr void add_concat(std::size_t d) {
    add(AxisMoveKind::concat_by_axis, {Index(d), now_[d], from_.parts(now_[d])});
    now_[d] = -1;
  }

  /// What is as wanted leaves; a whole dimension takes its axis if that is free.
  constexpr void split() {
    for (std::size_t d = 0; d < now_.size(); ++d) {
      if (leaves(d) || now_[d] >= 0 || holder(to_[d])) continue;
      add_split(d);
      pending_[d] = false;
    }
  }
  /// A whole dimension takes its axis from the dimension that holds it.
  constexpr void permute() {
    for (std::size_t d = 0; d < now_.size(); ++d) {
      if (leaves(d) || now_[d] >= 0) continue;
      const auto other = holder(to_[d]);
      if (!other) continue;
      const Index parts = from_.parts(to_[d]);
      if (enable_alltoall_) {
        add(AxisMoveKind::permute_by_axis, {parts, Index(d), Index(*other), to_[d], parts});
        now_[*other] = -1;
      } else {
        add_concat(*other);
        add_split(d);
      }
      pending_[d] = false;
    }
  }
  /// An axis that no dimension wants is gathered.
  constexpr void concat() {
    for (std::size_t d = 0; d < now_.size(); ++d) {
      if (!pending_[d] || now_[d] < 0 || contains(to_, now_[d])) continue;
      add_concat(d);
      if (to_[d] < 0) pending_[d] = false;
    }
  }
  /// All wait for each other: the first is gathered.
  constexpr void break_cycle() {
    for (std::size_t d = 0; d < now_.size(); ++d)
      if (pending_[d]) return add_concat(d);
  }

  const FlatLayout& from_;
  const List<Index>& to_;
  List<Index> now_;
  List<bool> pending_;
  List<AxisMove> moves_;
  bool enable_alltoall_;
};

}  // namespace detail

/// Law: applied in order they turn the first map into the second; no move where they are equal.
/// @pre as many entries in `to` as dimensions in `from`, valid over its device matrix
constexpr List<AxisMove> axis_moves(const FlatLayout& from, const List<Index>& to,
                                    bool enable_alltoall = false) {
  return detail::AxisMoveSearch(from, to, enable_alltoall).moves();
}

}  // namespace tenon
