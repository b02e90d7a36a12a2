// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an executor (run/executor.hpp) runs: a plan in the host's memory (run/execution.hpp), or in
/// a device's (run/device_execution.hpp).
#include <algorithm>
#include <span>
#include <vector>

#include <tenon/backend/backend.hpp>
#include <tenon/comm/communication.hpp>
#include <tenon/run/fingerprint.hpp>

namespace tenon::detail {

class AnyExecution {
 public:
  virtual ~AnyExecution() = default;
  virtual const void* run(std::span<const void* const> inputs) = 0;
  /// An output of this rank, after a run, in the host's memory.
  virtual const void* result(int buffer) const = 0;
};

/// Collective. @throws Error on every rank where they were given different plans.
inline void check_agreement(const PlanView& plan, Communication& communication) {
  communication.together([&] {
    if (plan.devices == communication.size()) return;
    throw Error(std::string("the plan is for ")
                    .append(std::to_string(plan.devices))
                    .append(" ranks, the communicator has ")
                    .append(std::to_string(communication.size())));
  });
  if (!communication.agree(fingerprint(plan)))
    throw Error("the ranks were given different plans: other networks, batches or programs");
}

/// Which of its node's ranks this is, from 0. Collective.
inline int neighbour_of(Communication& communication) {
  const std::vector<int> node = communication.node();
  return int(std::ranges::find(node, communication.rank()) - node.begin());
}

/// The device of this rank's place on its node, for all programs of the backend from now on, also
/// those of fewer ranks. Collective. @throws Error on every rank where one has none.
inline void open_device(const Backend& backend, Communication& communication) {
  if (!backend.has_device()) return;
  const int neighbour = neighbour_of(communication);
  communication.together([&] { backend.device(neighbour); });
}

/// Of rows of the base, in bytes behind its beginning; 0 where it is the same elements under
/// another shape.
inline Index bytes_behind(const Buffer& rows, const Buffer& base, Index rank) {
  const Box part = rows.distribution.box(rank), whole = base.distribution.box(rank);
  if (rows.distribution.shape != base.distribution.shape || volume(part) == 0) return 0;
  return region(part, whole).first * bytes(rows.element);
}

}  // namespace tenon::detail
