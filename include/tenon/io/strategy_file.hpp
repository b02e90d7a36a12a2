// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Reads MindSpore's strategy file, in its protobuf form:
///   read_strategy_file("strategy.ckpt").find("layer1.weight")->layout.device_matrix == {2, 2, 2}
/// MindSpore: node_strategy.proto, build_searched_strategy.
#include <tenon/io/file_kind.hpp>
#include <tenon/io/mapped_file.hpp>
#include <tenon/io/strategy_items.hpp>

namespace tenon {

/// The strategy in a file's bytes.
/// @throws Error that names the file, and the byte where there is one: it is empty, damaged,
/// another kind of file, without layouts, or has an illegal or a second layout of a name.
inline StrategyFile parse_strategy(std::span<const char> bytes, const std::string& path) {
  const FileKind kind = file_kind(bytes);
  const std::string is_none = std::string(path).append(" is no strategy file: ");
  if (kind == FileKind::empty) throw Error(std::string(path).append(" is empty"));
  if (kind == FileKind::json)
    throw Error(std::string(path).append(" is JSON text: only the protobuf form (.ckpt) of a "
                                         "strategy file can be read here"));
  if (kind != FileKind::strategy && kind != FileKind::unknown)
    throw Error(std::string(is_none).append("it is ").append(text(kind)));
  const std::string blame = kind == FileKind::unknown
                                ? is_none
                                : std::string("cannot read ").append(path).append(": ");
  StrategyFile strategy{path, 0, {}, {}};
  Message items(bytes, blame);
  while (items.next()) switch (items.number()) {
      case 1: strategy.current_stage = items.integer(); break;
      case 2:
        if (strategy.strategies.size() == max_stored_strategies)
          items.fail("more than 65536 strategies, which is not supported");
        strategy.strategies.push_back(detail::read_strategy(items));
        break;
      case 3:
        if (strategy.layouts.size() == max_stored_layouts)
          items.fail("more than 65536 layouts, which is not supported");
        strategy.layouts.push_back(detail::read_layout(items));
        break;
      default: items.fail("a field that strategy files have not");
    }
  if (strategy.layouts.empty())
    throw Error(std::string(path).append(" holds no layouts, only ")
                    .append(std::to_string(strategy.strategies.size()))
                    .append(" strategies, as releases before 2 wrote them: save it anew"));
  detail::check_names(strategy);
  return strategy;
}

/// @throws Error as parse_strategy; also when the file cannot be read. read_strategy of
/// <tenon/io/strategy.hpp> reads the JSON form, too.
inline StrategyFile read_strategy_file(const std::string& path) {
  const MappedFile file(path);
  return parse_strategy(file.bytes(), path);
}

}  // namespace tenon
