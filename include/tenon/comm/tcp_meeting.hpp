// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Processes become the ranks of a job:
///   TcpMesh mesh = meet({.rank = 3, .ranks = 8, .join = "10.0.0.1:7000"});
#include <tenon/comm/tcp_invitation.hpp>
#include <tenon/comm/tcp_joining.hpp>

namespace tenon {

/// A connection to each other rank, and the first rank of each one's machine.
struct TcpMesh {
  std::vector<TcpSocket> sockets;
  std::vector<int> nodes;
};

/// Of all ranks. Nobody listens any more when it ends: another job may meet there.
/// @throws Error: ranks that did not come in time, or this one refused and why.
inline TcpMesh meet(const TcpHost& host) {
  if (host.ranks < 1 || host.ranks > most_tcp_ranks)
    throw Error(sentence("a job of ", host.ranks, " ranks; legal: 1 to ", most_tcp_ranks));
  if (host.rank < 0 || host.rank >= host.ranks)
    throw Error(sentence("the rank is ", host.rank, "; legal: 0 to ", host.ranks - 1));
  detail::TcpGathering gathering(host);
  if (host.ranks > 1 && host.rank == 0) detail::TcpInvitation(gathering).receive_all();
  if (host.rank > 0) detail::TcpJoining(gathering).join();
  TcpMesh mesh{std::move(gathering.sockets), {}};
  const std::vector<TcpPlace>& places = gathering.places;
  for (const TcpPlace& place : places)
    mesh.nodes.push_back(
        int(std::ranges::find(places, place.node, &TcpPlace::node) - places.begin()));
  return mesh;
}

}  // namespace tenon
