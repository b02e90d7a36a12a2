// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which rank is which device of which server, from HCCL's rank table, version 1.0 (both of its
/// templates) or 1.2:
///   RankTable table = read_rank_table("rank_table_8p.json");
///   table.ranks[3].device_id == 3;  table.server_of(3).address == "10.0.0.1"
/// HCCL: cluster information configuration.
#include <tenon/io/mapped_file.hpp>
#include <tenon/io/rank_table_check.hpp>

namespace tenon {

/// @throws Error that names the file: no JSON (and the byte), no rank table, a rank missing or
/// twice, a count, an address or a port that is wrong, a device twice on a server.
inline RankTable parse_rank_table(std::span<const char> text, const std::string& path) {
  detail::RankTableEvents events;
  events.read(text, sentence("cannot read ", path, ": "));
  return detail::RankTableCheck(std::move(events.table), path).table();
}
inline RankTable read_rank_table(const std::string& path) {
  return parse_rank_table(MappedFile(path).bytes(), path);
}

}  // namespace tenon
