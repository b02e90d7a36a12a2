// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One name for the files of all ranks:  numbered("rank_{}/x{}.ckpt", 3) == "rank_3/x3.ckpt".
#include <string>
#include <string_view>
#include <vector>

#include <tenon/core/dims.hpp>

namespace tenon {

/// Whether the name has a place for a number, which makes it a name for several files.
constexpr bool has_number(std::string_view pattern) {
  return pattern.find("{}") != std::string_view::npos;
}

/// The pattern with the number in every place; one without a place stays as it is.
inline std::string numbered(std::string_view pattern, Index number) {
  std::string name;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i, 2) != "{}") name += pattern[i];
    else name += std::to_string(number), ++i;
  }
  return name;
}

/// The files of so many ranks:  files_of("x{}.ckpt", 2) == {"x0.ckpt", "x1.ckpt"}.
/// @throws Error when one name is to stand for several files.
inline std::vector<std::string> files_of(std::string_view pattern, Index ranks) {
  if (ranks > 1 && !has_number(pattern))
    throw Error(std::string(pattern)
                    .append(" names one file, ")
                    .append(std::to_string(ranks))
                    .append(" are needed: put {} where the rank's number goes"));
  std::vector<std::string> files;
  for (Index rank = 0; rank < ranks; ++rank) files.push_back(numbered(pattern, rank));
  return files;
}

}  // namespace tenon
