// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The job of a context, for processes that were started without mpirun, one command for each rank:
///   RANK_ID=3 RANK_TABLE_FILE=rank_table_8p.json ./program
///   Model<...> model(tcp_host(checked(context_from_environment())), Cpu{});
#include <tenon/comm/tcp.hpp>
#include <tenon/model/context.hpp>

namespace tenon {

/// Where rank 0 of a rank table is met, on its server.
inline constexpr int rank_table_port = 18570;

/// @param join HOST:PORT of rank 0; empty: its server's address in the rank table
/// @throws Error where that, the rank or their number is not known.
inline TcpHost tcp_host(const Context& context, std::string join = {}) {
  const Index ranks = context.rank_size.value_or(0), rank = context.rank_id.value_or(-1);
  if (ranks < 1 || ranks > most_tcp_ranks || rank < 0 || rank >= ranks)
    throw Error(sentence("which rank of how many this process is was not said: give rank_id and ",
                         "rank_size, or RANK_ID and RANK_SIZE, or a rank table"));
  if (join.empty() && ranks > 1) {
    if (context.rank_table_file.empty())
      throw Error("where rank 0 is met was not said: give HOST:PORT, or a rank table");
    const std::string address = read_rank_table(context.rank_table_file).server_of(0).address;
    join = address.find(':') == address.npos ? sentence(address, ":", rank_table_port)
                                             : sentence("[", address, "]:", rank_table_port);
  }
  return {.rank = int(rank), .ranks = int(ranks), .join = join};
}

}  // namespace tenon
