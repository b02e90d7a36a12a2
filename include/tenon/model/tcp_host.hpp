// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The job of a context, for processes that were started without mpirun, one command for each rank:
///   RANK_ID=3 RANK_TABLE_FILE=rank_table_8p.json ./program
///   Model<...> model(tcp_host(checked(context_from_environment())), Cpu{});
#include <tenon/comm/tcp.hpp>
#include <tenon/core/separate.hpp>
#include <tenon/model/context.hpp>

namespace tenon {

/// Where rank 0 of a rank table is met, on its server.
inline constexpr int rank_table_port = 18570;

/// @param join HOST:PORT of rank 0; empty: its server's address in the rank table
/// @throws Error where that, the rank or their number is not known.
TENON_DECL TcpHost tcp_host(const Context& context, std::string join = {});

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/model/tcp_host.ipp>
#endif
