// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which ranks open files: all of them, or the first of each node.
#include <algorithm>

#include <tenon/comm/communication.hpp>
#include <tenon/model/load_options.hpp>

namespace tenon {

struct Readers {
  std::vector<int> ranks;  // that read, ascending
  std::vector<int> node;   // the ranks of this one's node; itself where all read
  Index self = -1;         // this rank's place among the readers; -1: it reads nothing

  Index count() const { return Index(ranks.size()); }
};

/// Collective.
inline Readers readers(Communication& communication, LoadWay way) {
  const int rank = communication.rank();
  Readers found{{}, {rank}, -1};
  if (way == LoadWay::read_once_a_node) found.node = communication.node();
  const auto first = std::uint64_t(found.node.front());
  for (std::uint64_t reader : communication.all_gather({&first, 1}))
    if (!contains(found.ranks, int(reader))) found.ranks.push_back(int(reader));
  std::sort(found.ranks.begin(), found.ranks.end());
  for (std::size_t i = 0; i < found.ranks.size(); ++i)
    if (found.ranks[i] == rank) found.self = Index(i);
  return found;
}

}  // namespace tenon
