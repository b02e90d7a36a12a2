// SPDX-License-Identifier: Apache-2.0
// The JSON form of a strategy file: layouts are legal, and what is written of them is read.
#include <tenon/io/strategy_json.hpp>
#include <tenon/io/write_strategy.hpp>

#include "fuzz.hpp"

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::span<const char> bytes) {
    const StrategyFile strategy = parse_strategy_json(bytes, fuzz::path);
    for (const StoredLayout& stored : strategy.layouts) fuzz::require(!examine(stored.layout));
    const std::string written = strategy_json(strategy);
    fuzz::require(strategy_json(parse_strategy_json(written, fuzz::path)) == written);
  });
}
