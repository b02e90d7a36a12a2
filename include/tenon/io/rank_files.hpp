// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The files of all ranks, however one names them:
///   rank_files({"rank_{}/x{}.ckpt"}, 8)  rank_files({"checkpoints"}, 8)  rank_files(argv, 8)
#include <algorithm>
#include <filesystem>

#include <tenon/io/descriptor.hpp>
#include <tenon/io/number_order.hpp>
#include <tenon/io/pattern.hpp>

namespace tenon {

/// The last number behind "rank_" in a path, or -1:  rank_in("out/rank_12/my_rank_x.ckpt") == 12
inline Index rank_in(std::string_view path) {
  for (std::size_t at = path.rfind("rank_"); at != path.npos;
       at = at == 0 ? path.npos : path.rfind("rank_", at - 1)) {
    const std::string_view rest = path.substr(at + 5);
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits == 0 || digits > 9) continue;
    Index rank = 0;
    for (char digit : rest.substr(0, digits)) rank = 10 * rank + (digit - '0');
    return rank;
  }
  return -1;
}

namespace detail {

/// The last .ckpt (or .safetensors) by name in a rank's folder, as MindSpore takes it.
inline std::string last_file_in(const std::filesystem::path& folder) {
  std::error_code failed;
  std::string last;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    const std::string path = entry.path().string();
    const bool is_one = path.ends_with(".ckpt") || path.ends_with(".safetensors");
    if (is_one && path > last) last = path;
  }
  if (failed) cannot_read(folder.string(), cause(failed.value()));
  if (last.empty()) cannot_read(folder.string(), "it has no .ckpt and no .safetensors");
  return last;
}

/// The names in the order of the ranks in them, "" for a rank that has none.
inline std::vector<std::string> by_rank(const std::vector<std::string>& given, Index ranks,
                                        bool some) {
  std::vector<std::string> files(static_cast<std::size_t>(ranks));
  for (const std::string& path : given) {
    const Index rank = rank_in(path);
    if (rank >= ranks)
      throw Error(std::string(path).append(" is of no rank: there are ").append(text(ranks)));
    std::string& file = files[std::size_t(rank)];
    if (!file.empty()) throw Error(std::string(path).append(" is a second file of its rank"));
    file = path;
  }
  for (Index rank = 0; rank < ranks && !some; ++rank)
    if (files[std::size_t(rank)].empty())
      throw Error(std::string("no file of rank ").append(text(rank)).append(" is given"));
  return files;
}

/// Those that one name stands for, a pattern's or in a folder. The first that is not there ends it:
/// a strategy may say more ranks than there can be.
inline std::vector<std::string> files_named(const std::string& given, Index ranks, bool some) {
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(given, ignored);
  if (!is_folder && !has_number(given))
    return some && ranks > 1 && rank_in(given) >= 0 ? by_rank({given}, ranks, some)
                                                    : files_of(given, ranks);
  const auto of = [&](Index rank) {
    return is_folder ? (std::filesystem::path(given) / "rank_").string() + std::to_string(rank)
                     : numbered(given, rank);
  };
  if (std::filesystem::exists(of(ranks), ignored))  // else a part of them would pass for all
    throw Error(of(ranks).append(" is of no rank: there are ").append(text(ranks)));
  std::vector<std::string> files;
  for (Index rank = 0; rank < ranks; ++rank) {
    const std::string path = of(rank);
    const bool is_there = std::filesystem::exists(path, ignored);
    if (!is_there && !some) cannot_read(path, cause(ENOENT));
    files.push_back(is_there && is_folder ? last_file_in(path) : path);
  }
  return files;
}

}  // namespace detail

/// @param given a name with {} for the rank's number; or a folder of folders rank_0, rank_1, ...;
/// or a file for each rank: in the order of the ranks in their names where all have one
/// ("rank_10/x"), of the number that they differ in (x0, x1, x10), or as given.
/// @param some whether ranks may have none: their names are then of no file that exists.
/// @throws Error where that is not a file for each rank, or of one more, or their order cannot be
/// told.
/// MindSpore: src_checkpoints_dir of transform_checkpoints.
inline std::vector<std::string> rank_files(const std::vector<std::string>& given, Index ranks,
                                           bool some = false) {
  if (given.size() == 1) return detail::files_named(given[0], ranks, some);
  const bool all_have = std::all_of(given.begin(), given.end(),
                                    [](const std::string& path) { return rank_in(path) >= 0; });
  return all_have ? detail::by_rank(given, ranks, some) : in_number_order(given);
}

}  // namespace tenon
