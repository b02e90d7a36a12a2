// SPDX-License-Identifier: Apache-2.0
// The protobuf form of a strategy file: layouts are legal, and what is written of them is read.
#include <tenon/io/strategy_file.hpp>
#include <tenon/io/write_strategy.hpp>

#include "fuzz.hpp"

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::span<const char> bytes) {
    const StrategyFile strategy = parse_strategy(bytes, fuzz::path);
    for (const StoredLayout& stored : strategy.layouts) {
      LayoutRecord layout = stored.layout;
      layout.shape = Dims::filled(layout.tensor_map.size(), 1);
      fuzz::require(!examine(layout));
    }
    const std::string written = strategy_protobuf(strategy);
    if (file_kind(written) == FileKind::strategy)
      fuzz::require(strategy_protobuf(parse_strategy(written, fuzz::path)) == written);
  });
}
