// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's strategy files in both forms, read by content and written by suffix:
///   write_strategy("strategy.json", read_strategy("strategy.ckpt"))
#include <tenon/io/strategy_file.hpp>
#include <tenon/io/strategy_json.hpp>
#include <tenon/io/write_strategy.hpp>

namespace tenon {

/// @throws Error as parse_strategy and parse_strategy_json; also when the file cannot be read.
inline StrategyFile read_strategy(const std::string& path) {
  const MappedFile file(path);
  return file_kind(file.bytes()) == FileKind::json ? parse_strategy_json(file.bytes(), path)
                                                   : parse_strategy(file.bytes(), path);
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
