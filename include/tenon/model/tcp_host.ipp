// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/tcp_host.hpp declares.
#include <tenon/comm/tcp_meeting.hpp>
#include <tenon/io/rank_table.hpp>

namespace tenon {

TENON_DECL TcpHost tcp_host(const Context& context, std::string join) {
  const Index ranks = context.rank_size.value_or(0), rank = context.rank_id.value_or(-1);
  if (ranks < 1 || ranks > most_tcp_ranks || rank < 0 || rank >= ranks)
    throw Error(sentence("which rank of how many this process is was not said: give rank_id and ",
                         "rank_size (--rank and --ranks), or RANK_ID and RANK_SIZE, or a rank "
                         "table"));
  if (join.empty() && ranks > 1) {
    if (context.rank_table_file.empty())
      throw Error("where rank 0 is met was not said: give HOST:PORT (--join), or a rank table");
    const std::string address = read_rank_table(context.rank_table_file).server_of(0).address;
    join = address.find(':') == address.npos ? sentence(address, ":", rank_table_port)
                                             : sentence("[", address, "]:", rank_table_port);
  }
  return {.rank = int(rank), .ranks = int(ranks), .join = join};
}

}  // namespace tenon
