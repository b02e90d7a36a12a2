// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators on layouts as hyper-parallel, MindSpore's newer library, has them: partial sums are
/// said, and a whole operand may meet a cut one.
///   elementwise, maps [2,-1,0] and [-1,-1,-1]: out map [2,-1,0]
/// Source: hyper_parallel/core/shard/ops.
#include <map>

#include "layout_operator_cases.hpp"

namespace tenon::explain {

/// One thing that is wrong: a mistake of Tenon's, or in words where Tenon has no such mistake.
struct Objection {
  Mistake mistake = Mistake::none;
  std::string reason, words;
};

/// "Partial(sum) over dp": the values are still to be added up over an axis.
struct Partial {
  int operand = 0;
  std::string operation;
  Index axis = -1;  // of a tensor map
};

struct NewerAnswer {
  List<Objection> found;
  AxisMap out_map;
  Dims out_shape;

  void object(const Finding& finding, const std::string& op) {
    if (finding) found.push_back({finding.mistake, "", text(finding, op)});
  }
  void object(const std::string& reason, const std::string& words) {
    found.push_back({Mistake::none, reason, words});
  }
};

namespace detail {

inline bool is_whole(const Axes& entry) { return entry.empty() || entry == Axes{-1}; }

/// The partial sums that a note speaks of: "second input is Partial(sum) over dp" is of input 1,
/// "Partial(sum) and Partial(max) over dp" of inputs 0 and 1.
inline List<Partial> partials_in(const std::string& note, const json& aliases) {
  List<Partial> list;
  const std::string word = "Partial(";
  for (std::size_t at = note.find(word); at != std::string::npos; at = note.find(word, at + 1)) {
    Partial partial{int(list.size()), note.substr(at + word.size()), -1};
    partial.operation.resize(std::min(partial.operation.find(')'), partial.operation.size()));
    const std::string before = note.substr(0, at);
    const char* places[] = {"first", "second", "third", "fourth"};
    for (int i = 0; i < 4 && list.empty(); ++i)
      if (before.find(places[i]) != std::string::npos) partial.operand = i;
    const std::size_t over = note.find("over ", at);
    if (over != std::string::npos)
      for (std::size_t i = 0; i < aliases.size(); ++i) {
        const std::string name = aliases[i];
        if (note.compare(over + 5, name.size(), name) == 0)
          partial.axis = Index(aliases.size() - 1 - i);
      }
    list.push_back(partial);
  }
  return list;
}

/// Dimension by dimension from the right: one operand may cut it, a repeated size 1 may not be cut.
inline void elementwise(NewerAnswer& y, const List<AxisMap>& maps, const List<Dims>& shapes) {
  int rank = 0;
  for (const Dims& shape : shapes) rank = std::max(rank, shape.size());
  y.out_map = AxisMap::filled(rank, {-1});
  y.out_shape = Dims::filled(rank, 1);
  for (const Dims& shape : shapes)
    for (int d = 0; d < shape.size(); ++d) {
      Index& size = y.out_shape[d + rank - shape.size()];
      if (size != 1 && shape[d] != 1 && size != shape[d])
        y.object({Mistake::sizes_differ, {}, -1, char('0' + d), size, shape[d]}, "elementwise");
      if (size == 1) size = shape[d];
    }
  for (std::size_t i = 0; i < shapes.size(); ++i)
    for (int d = 0; d < shapes[i].size() && d < maps[i].size(); ++d) {
      const int at = d + rank - shapes[i].size();
      if (is_whole(maps[i][d])) continue;
      if (shapes[i][d] == 1 && y.out_shape[at] != 1)
        y.object({Mistake::size_one_cut, {}, int(i), char('0' + d), maps[i][d].size()},
                 "elementwise");
      if (!is_whole(y.out_map[at]) && !(y.out_map[at] == maps[i][d]))
        y.object({Mistake::inputs_cut_differently,
                  {},
                  int(i),
                  char('0' + d),
                  y.out_map[at][0],
                  maps[i][d][0]},
                 "elementwise");
      y.out_map[at] = maps[i][d];
    }
}

/// Whatever cuts the summed dimension leaves a partial sum, to which a bias may not be added.
inline void matmul(NewerAnswer& y, const List<AxisMap>& maps, bool transpose_a, bool transpose_b,
                   bool bias) {
  const AxisMap &a = maps[0], &b = maps[1];
  const int rows = a.size() - 2, columns = b.size() - 2;
  const Axes k = a[rows + (transpose_a ? 0 : 1)], other = b[columns + (transpose_b ? 1 : 0)];
  if (!(k == other))
    y.object({Mistake::inputs_cut_differently, {}, 1, 'k', k[0], other[0]}, "matmul");
  if (bias && !is_whole(k))
    y.object("bias_with_pending_partial_sum", "a bias would be added to each summand of a sum");
  for (int d = 0; d < std::max(rows, columns); ++d) {
    const int in_a = d + rows - std::max(rows, columns),
              in_b = d + columns - std::max(rows, columns);
    const Axes first = in_a < 0 ? Axes{-1} : a[in_a], second = in_b < 0 ? Axes{-1} : b[in_b];
    if (!is_whole(first) && !is_whole(second) && !(first == second))
      y.object({Mistake::inputs_cut_differently, {}, 1, char('a' + d), first[0], second[0]},
               "matmul");
    y.out_map.push_back(is_whole(first) ? second : first);
  }
  y.out_map.push_back(a[rows + (transpose_a ? 1 : 0)]);
  y.out_map.push_back(b[columns + (transpose_b ? 0 : 1)]);
}

}  // namespace detail

}  // namespace tenon::explain
