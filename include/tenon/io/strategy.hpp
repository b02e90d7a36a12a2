// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's strategy files in both forms, read by content and written by suffix:
///   write_strategy("strategy.json", read_strategy("strategy.ckpt"))
#include <unistd.h>

#include <map>

#include <tenon/core/sentence.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/strategy_file.hpp>
#include <tenon/io/strategy_json.hpp>
#include <tenon/io/strategy_stages.hpp>
#include <tenon/io/write_strategy.hpp>

namespace tenon {

/// @throws Error as parse_strategy and parse_strategy_json; also when the file cannot be read.
inline StrategyFile read_strategy(const std::string& path) {
  const MappedFile file(path);
  return file_kind(file.bytes()) == FileKind::json ? parse_strategy_json(file.bytes(), path)
                                                   : parse_strategy(file.bytes(), path);
}

/// One file; or with {} where a rank's number goes those that are there, merged: the files of a
/// pipeline's stages, under the number of any rank of each.
/// @throws Error as read_strategy; also when there is none, or two of a stage differ.
inline StrategyFile read_strategies(const std::string& pattern) {
  if (!has_number(pattern)) return read_strategy(pattern);
  constexpr Index most_ranks = 4096;
  std::vector<StrategyFile> files;
  std::map<Index, std::size_t> of_stage;  // the first file of each
  for (Index rank = 0; rank < most_ranks; ++rank)
    if (const std::string path = numbered(pattern, rank); ::access(path.c_str(), F_OK) == 0) {
      StrategyFile file = read_strategy(path);
      const Index stage = file.strategies.empty() ? -1 : file.strategies.front().stage;
      const auto [first, is_new] = of_stage.try_emplace(stage, files.size());
      if (is_new) files.push_back(std::move(file));
      else if (const StrategyFile& other = files[first->second];
               strategy_protobuf(other) != strategy_protobuf(file))
        throw Error(sentence(other.path, " and ", path, " are of one stage and differ: is one left "
                             "from another run?"));
    }
  if (files.empty())
    throw Error(std::string("there is no strategy file ")
                    .append(pattern)
                    .append(" of any rank from 0 to ")
                    .append(std::to_string(most_ranks - 1)));
  return files.size() == 1 ? std::move(files.front()) : merge_strategies(files);
}

/// Replaces `path` by the strategy, as JSON when it ends in ".json", else as protobuf.
/// MindSpore: save_param_strategy_file, strategy_ckpt_save_file.
/// @throws Error when a layout cannot be written (JSON wants shapes) or the disk is full; `path`
/// is then as before.
inline void write_strategy(const std::string& path, const StrategyFile& strategy) {
  const bool is_json = path.ends_with(".json");
  write_file(path, {is_json ? strategy_json(strategy) : strategy_protobuf(strategy)});
}

}  // namespace tenon
