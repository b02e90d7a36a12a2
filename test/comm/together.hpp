// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What ranks do together:  CHECK(same_everywhere(world, error_together(communication, read)))
#include <algorithm>
#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <functional>
#include <string>
#include <vector>

#include <tenon/comm/communication.hpp>

#include "../support/error_of.hpp"

namespace tenon::test {

/// What Communication::together throws of an action, and "" where it throws nothing.
inline std::string error_together(Communication& communication, const std::function<void()>& what) {
  return error_of([&] { communication.together(what); });
}

/// Whether all ranks have the same text.
inline bool same_everywhere(const boost::mpi::communicator& world, const std::string& text) {
  std::vector<std::string> all;
  boost::mpi::all_gather(world, text, all);
  return std::ranges::count(all, text) == world.size();
}

/// Whether nothing else was started: once is enough of what needs no MPI.
inline bool is_alone() { return boost::mpi::communicator().size() == 1; }

}  // namespace tenon::test
