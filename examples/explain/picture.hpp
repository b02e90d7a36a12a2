// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A picture of who holds what: a field for each block, and in it the ranks that hold it.
///           0:256   256:512
///         ┌───────┬─────────┐
///    0:16 │ 0 1   │ 2 3     │
///         ├───────┼─────────┤
///   16:32 │ 4 5   │ 6 7     │
///         └───────┴─────────┘
/// Of a partial sum "0 1 + 2 3": ranks 0 and 1 hold one summand, 2 and 3 another.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <tenon/layout/distribution.hpp>

namespace tenon::explain {

using Strings = std::vector<std::string>;

/// "0 1 4 5"; three or more in a row as "0-3".
inline std::string rank_list(const std::vector<Index>& ranks) {
  std::string s;
  for (std::size_t i = 0; i < ranks.size();) {
    std::size_t last = i;
    while (last + 1 < ranks.size() && ranks[last + 1] == ranks[last] + 1) ++last;
    if (last < i + 2) last = i;
    s.append(s.empty() ? "" : " ").append(std::to_string(ranks[i]));
    if (last > i) s.append("-").append(std::to_string(ranks[last]));
    i = last + 1;
  }
  return s;
}

/// Fields in rows and columns, each with a label.
struct Grid {
  Strings rows, columns;
  std::vector<Strings> fields;
};

namespace detail {

/// The intervals of the dimensions from `first` to `last`, "0:16" or "0:16 x 4:8" of several that
/// are cut; of none that is cut "all".
inline std::string label(const Distribution& x, Index rank, int first, int last) {
  std::string s;
  for (int d = first; d < last; ++d)
    if (x.parts(d) > 1 || last - first == 1)
      s.append(s.empty() ? "" : " x ").append(text(x.interval(d, rank)));
  return s.empty() ? "all" : s;
}

/// In which order the blocks of these dimensions lie.
inline Index number(const Distribution& x, Index rank, int first, int last) {
  Index n = 0;
  for (int d = first; d < last; ++d) n = n * x.parts(d) + block(x.digits(d), rank);
  return n;
}

inline std::string padded(const std::string& s, std::size_t to) {
  return s + std::string(to > s.size() ? to - s.size() : 0, ' ');
}

}  // namespace detail

/// Rows along dimension 0, columns along the others; a vector is one row.
inline Grid grid(const Distribution& x, Index devices) {
  const int rank = x.shape.size(), split = rank > 1 ? 1 : 0;
  std::map<Index, std::map<Index, std::map<Index, std::vector<Index>>>> holders;
  std::map<Index, std::string> rows, columns;
  for (Index r = 0; r < devices; ++r) {
    const Index row = detail::number(x, r, 0, split), column = detail::number(x, r, split, rank);
    rows[row] = split ? detail::label(x, r, 0, split) : "";
    columns[column] = rank ? detail::label(x, r, split, rank) : "";
    holders[row][column][block(x.digits(Cut::sum), r)].push_back(r);
  }
  Grid g;
  for (const auto& column : columns) g.columns.push_back(column.second);
  for (const auto& [row, label] : rows) {
    g.rows.push_back(label);
    g.fields.emplace_back();
    for (const auto& column : holders[row]) {
      std::string field;
      for (const auto& summand : column.second)
        field.append(field.empty() ? "" : " + ").append(rank_list(summand.second));
      g.fields.back().push_back(field);
    }
  }
  return g;
}

/// The picture's lines. Of more than 64 rows or 16 columns only their number.
inline Strings picture(const Distribution& x, Index devices) {
  const Grid g = grid(x, devices);
  if (g.rows.size() > 64 || g.columns.size() > 16)
    return {std::to_string(g.rows.size()) + " x " + std::to_string(g.columns.size()) + " blocks"};
  std::size_t side = 0;
  std::vector<std::size_t> widths;
  for (const std::string& row : g.rows) side = std::max(side, row.size());
  for (std::size_t c = 0; c < g.columns.size(); ++c) {
    widths.push_back(g.columns[c].size());
    for (const Strings& fields : g.fields) widths[c] = std::max(widths[c], fields[c].size());
  }
  const auto line = [&](const char* left, const char* middle, const char* right) {
    std::string s = std::string(side + 1, ' ') + left;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      for (std::size_t i = 0; i < widths[c] + 2; ++i) s += "─";
      s += c + 1 < widths.size() ? middle : right;
    }
    return s;
  };
  std::string labels(side + 2, ' ');
  for (std::size_t c = 0; c < widths.size(); ++c)
    labels += " " + detail::padded(g.columns[c], widths[c] + 2);
  labels.erase(labels.find_last_not_of(' ') + 1);
  Strings lines{labels, line("┌", "┬", "┐")};
  for (std::size_t r = 0; r < g.rows.size(); ++r) {
    if (r) lines.push_back(line("├", "┼", "┤"));
    std::string s = std::string(side - g.rows[r].size(), ' ') + g.rows[r] + " │";
    for (std::size_t c = 0; c < widths.size(); ++c)
      s += " " + detail::padded(g.fields[r][c], widths[c]) + " │";
    lines.push_back(s);
  }
  lines.push_back(line("└", "┴", "┘"));
  if (lines[0].empty()) lines.erase(lines.begin());
  return lines;
}

}  // namespace tenon::explain
