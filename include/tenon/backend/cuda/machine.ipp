// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What backend/cuda/machine.hpp leaves to the kernels.
#include <tenon/backend/cuda/graph.hpp>
#include <tenon/backend/cuda/law.hpp>
#include <tenon/backend/cuda/sums.hpp>

namespace tenon::detail {

inline std::unique_ptr<Recorded> CudaMachine::record(const std::function<void()>& steps) {
  return std::make_unique<CudaGraph>(stream, steps);
}
inline std::unique_ptr<PreparedKernel> CudaMachine::copying(Element element, const Region& from,
                                                            const Region& to) {
  return copy_kernel(*this, element, from, to);
}
inline std::unique_ptr<PreparedKernel> CudaMachine::finishing(const KernelCall& call) {
  return finishing_of(*this, call, call.output.box.size() - 1);
}
inline std::unique_ptr<PreparedKernel> CudaMachine::adding(Element element,
                                                           std::span<const Addend> addends,
                                                           const Region& to) {
  return sum_kernel(*this, element, addends, to);
}

}  // namespace tenon::detail
