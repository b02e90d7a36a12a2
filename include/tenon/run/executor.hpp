// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Runs a plan on one rank: plan x backend x communication.
///   Executor forward(plan, backend, communication, parameters);  forward.run({images.data()});
/// Allocates when it is made and when parameters have changed, else not when it runs; but once
/// where its output comes back as an input. Where the backend has a device (backend/device.hpp),
/// inputs and outputs are in the host's memory all the same.
#include <tenon/backend/backend.hpp>
#include <tenon/comm/communication.hpp>
#include <tenon/core/separate.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

namespace detail {
class AnyExecution;
}

class Executor {
 public:
  /// Collective. The plan, the backend and the others outlive the executor, where they are.
  /// @throws Error on every rank if the ranks were given different plans.
  TENON_DECL Executor(const PlanView& plan, const Backend& backend, Communication& communication,
                      Parameters& parameters);
  TENON_DECL ~Executor();

  /// The output's block of this rank, until the next run. @pre one pointer for each input, to this
  /// rank's block of it, row-major. Collective.
  /// @throws Error; where ranks exchange, the communication has failed then, on every rank.
  TENON_DECL const void* run(std::span<const void* const> inputs);
  /// The block of an output besides the first (PlanView::further), until the next run.
  TENON_DECL const void* further(int i) const;
  const PlanView& plan() const { return plan_; }

 private:
  PlanView plan_;
  Communication& communication_;
  bool others_wait_ = false;
  std::unique_ptr<detail::AnyExecution> execution_;
};

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/run/executor.ipp>
#endif
