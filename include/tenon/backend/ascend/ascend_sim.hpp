// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A simulated Ascend: what a network computes with its formats, its cube and its rounding.
///   Model<...> model(communicator, AscendSim{{.chip = Ascend910()}});
/// Numbers follow a written reference bit for bit, the same on any number of threads; they are not
/// claimed to be silicon's. MatMul, Conv2D, functions of elements and of lines are programs of
/// instructions (matmul/, vector/) that are run; what only moves numbers, and pools, are their own
/// laws, with what they read and write rounded as the precision mode says. Between operators, and
/// between ranks, numbers are float32 that hold these values.
#include <tenon/backend/ascend/ascend_sim_options.hpp>
#include <tenon/backend/backend.hpp>
#include <tenon/core/separate.hpp>

namespace tenon {

namespace detail {
struct AscendMachine;
}

/// A copy counts for itself, and has threads of its own.
class AscendSim : public Backend {
 public:
  /// @throws Error for fewer threads than one, or another overflow than the 910 knows
  TENON_DECL explicit AscendSim(const AscendSimOptions& options = {});
  TENON_DECL AscendSim(const AscendSim& other);

  TENON_DECL std::string_view name() const override;
  TENON_DECL int threads() const override;
  TENON_DECL const AscendSimOptions& options() const;
  /// Of every step that was made ready, in that order: what float16 could not hold so far.
  TENON_DECL std::vector<AscendCounts> counts() const;

  TENON_DECL Kernel kernel(std::string_view op, Element element) const override;
  /// @throws Error for float64, and for products that the precision mode leaves no unit for
  TENON_DECL std::unique_ptr<PreparedKernel> prepare(
      std::string_view op, const KernelCall& call,
      std::span<PackedForms* const> parameters) const override;

 private:
  std::shared_ptr<detail::AscendMachine> machine_;
};

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/backend/ascend/ascend_sim.ipp>
#endif
