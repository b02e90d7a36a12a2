// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Ranks as devices of servers:  table.server_of(3).address == "10.0.0.1"
#include <string>
#include <vector>

#include <tenon/core/dims.hpp>

namespace tenon {

struct RankTable {
  struct Rank {
    Index server = 0;  // of `servers`
    Index device_id = 0;
    std::string device_ip;  // empty where the table names none
  };
  struct Server {
    std::string id;
    std::string address;    // host_ip, else server_ip, else the id
    std::string super_pod;  // of version 1.2
  };
  std::string path;
  std::vector<Server> servers;
  std::vector<Rank> ranks;  // by rank_id

  const Server& server_of(Index rank) const {
    return servers[std::size_t(ranks[std::size_t(rank)].server)];
  }
};

}  // namespace tenon
