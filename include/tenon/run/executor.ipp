// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What run/executor.hpp declares.
#include <tenon/run/device_execution.hpp>
#include <tenon/run/execution.hpp>

namespace tenon {

TENON_DECL Executor::Executor(const PlanView& plan, const Backend& backend,
                              Communication& communication, Parameters& parameters)
    : plan_(plan) {
  if (backend.has_device())
    execution_ =
        std::make_unique<detail::DeviceExecution>(plan, backend, communication, parameters);
  else execution_ = std::make_unique<detail::Execution>(plan, backend, communication, parameters);
}
TENON_DECL Executor::~Executor() = default;

TENON_DECL const void* Executor::run(std::span<const void* const> inputs) {
  return execution_->run(inputs);
}

TENON_DECL const void* Executor::further(int i) const {
  return execution_->result(plan_.further[i]);
}

}  // namespace tenon
