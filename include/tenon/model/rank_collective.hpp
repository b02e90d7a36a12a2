// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A collective of one rank's part of a network, as MindSpore exports it, as an exchange:
///   AllGather of [16, 784] over ranks {0, 1, 2, 3} is [64, 784]: rank after rank along dimension 0
///   AllReduce (sum) keeps the shape;  ReduceScatter (sum) is the rank's own part of dimension 0
/// Sums are added in the order of the group.
#include <tenon/comm/exchange_program.hpp>
#include <tenon/core/sentence.hpp>
#include <tenon/io/model_file/model_file.hpp>

namespace tenon::detail {

struct RankCollective {
  enum class Kind : std::uint64_t { all_gather, all_reduce, reduce_scatter };
  Kind kind = Kind::all_gather;
  std::vector<int> group;  // ranks, in their order there
  Element element = Element::float32;
  Index count = 0;  // elements that each rank brings

  friend bool operator==(const RankCollective&, const RankCollective&) = default;

  /// Elements that each rank gets.
  Index result() const {
    const Index ranks = Index(group.size());
    return kind == Kind::all_gather   ? count * ranks
           : kind == Kind::all_reduce ? count
                                      : count / ranks;
  }
  ExchangeProgram program(int rank) const {
    const Index part = kind == Kind::reduce_scatter ? result() : count;
    const auto line = [&](Index first) { return Region{first, {part}, {1}}; };
    const bool gathers = kind == Kind::all_gather, scatters = kind == Kind::reduce_scatter;
    Index own = 0;
    while (group[std::size_t(own)] != rank) ++own;
    ExchangeProgram p;
    p.element = element;
    p.held = {count};
    p.result = {result()};
    for (Index i = 0; i < Index(group.size()); ++i) {
      const int other = group[std::size_t(i)];
      const bool is_own = other == rank;
      p.pieces.push_back({other, is_own, !gathers && i > 0,
                          is_own ? line(scatters ? own * part : 0) : Region{},
                          line(gathers ? i * part : 0)});
      if (!is_own) p.gifts.push_back({other, line(scatters ? i * part : 0)});
    }
    return p;
  }
};

inline bool is_collective(std::string_view type) {
  return type == "AllGather" || type == "AllReduce" || type == "ReduceScatter";
}

/// The collective of a node whose operand has this shape, and the result's shape.
/// @throws Error that names the node: its group is none of `ranks` ranks, its sum is no sum, or
/// dimension 0 does not divide.
inline RankCollective collective_of(const ModelFile& file, const FileNode& node, Dims& shape,
                                    Element element, int ranks) {
  using Kind = RankCollective::Kind;
  const auto fail = [&](std::string_view why) {
    throw Error(sentence("cannot run ", file.path, ": ", node.type, " (", node.name, ") ", why));
  };
  RankCollective c{node.type == "AllGather"   ? Kind::all_gather
                   : node.type == "AllReduce" ? Kind::all_reduce
                                              : Kind::reduce_scatter,
                   {},
                   element,
                   product(shape)};
  const FileAttribute* group = file.attribute(node, "rank_list");
  if (!group || group->integers.empty()) fail("has no rank_list");
  for (Index rank : group->integers) {
    if (rank < 0 || rank >= ranks)
      fail(sentence("is over rank ", rank, "; there are ranks 0 to ", ranks - 1));
    if (std::ranges::find(c.group, int(rank)) != c.group.end())
      fail(sentence("is over rank ", rank, " twice"));
    c.group.push_back(int(rank));
  }
  const FileAttribute* sum = file.attribute(node, "op");
  if (c.kind != Kind::all_gather && sum && sum->text != "sum")
    fail(sentence("is of the operation ", sum->text, "; legal: sum"));
  const Index size = Index(c.group.size());
  if (c.kind != Kind::all_reduce && shape.empty()) fail("is of a scalar; legal: a dimension 0");
  if (c.kind == Kind::reduce_scatter && shape[0] % size)
    fail(sentence("cuts dimension 0 of ", shape[0], " over ", size, " ranks: it does not divide"));
  if (c.kind == Kind::all_gather) shape[0] *= size;
  if (c.kind == Kind::reduce_scatter) shape[0] /= size;
  return c;
}

}  // namespace tenon::detail
