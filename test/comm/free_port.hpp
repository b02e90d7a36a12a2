// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where processes of this machine can meet:  free_address() == "127.0.0.1:40233"
#include <tenon/comm/tcp_socket.hpp>

namespace tenon::test {

/// An address nobody listens at, a moment ago.
inline std::string free_address(const std::string& host = "127.0.0.1") {
  const TcpSocket socket = TcpSocket::listening(addresses_of(host + ":1")[0], 0);
  return socket.own_address().text();
}

}  // namespace tenon::test
