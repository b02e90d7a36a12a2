// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What run/executor.hpp declares.
#include <tenon/comm/first_error.hpp>
#include <tenon/run/device_execution.hpp>
#include <tenon/run/execution.hpp>

namespace tenon {

TENON_DECL Executor::Executor(const PlanView& plan, const Backend& backend,
                              Communication& communication, Parameters& parameters)
    : plan_(plan), communication_(communication) {
  for (const Step& step : plan.steps)
    others_wait_ = others_wait_ || (communication.size() > 1 && plan.communicates(step));
  if (backend.has_device())
    execution_ =
        std::make_unique<detail::DeviceExecution>(plan, backend, communication, parameters);
  else execution_ = std::make_unique<detail::Execution>(plan, backend, communication, parameters);
}
TENON_DECL Executor::~Executor() = default;

TENON_DECL const void* Executor::run(std::span<const void* const> inputs) {
  try {
    return execution_->run(inputs);
  } catch (...) {
    // Ranks count their exchanges: one that left a forward has counted otherwise than the others,
    // whichever program it runs next.
    if (others_wait_) communication_.fail(text_thrown_by([] { throw; }));
    throw;
  }
}

TENON_DECL const void* Executor::further(int i) const {
  return execution_->result(plan_.further[i]);
}

}  // namespace tenon
