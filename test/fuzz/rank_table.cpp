// SPDX-License-Identifier: Apache-2.0
// HCCL's rank tables: every rank is on a server that is listed.
#include <tenon/io/rank_table.hpp>

#include "fuzz.hpp"

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::span<const char> bytes) {
    const RankTable table = parse_rank_table(bytes, fuzz::path);
    fuzz::require(!table.ranks.empty());
    for (const RankTable::Rank& rank : table.ranks)
      fuzz::require(rank.server >= 0 && rank.server < Index(table.servers.size()) &&
                    rank.device_id >= 0);
  });
}
