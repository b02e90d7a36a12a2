// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What comm/tcp.hpp declares.
#include <tenon/comm/tcp_ranks.hpp>

namespace tenon {

TENON_DECL TcpCommunication::TcpCommunication(const TcpHost& host)
    : ranks_(std::make_unique<detail::TcpRanks>(host)) {}

}  // namespace tenon
