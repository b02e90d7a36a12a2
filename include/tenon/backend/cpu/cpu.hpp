// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The cores of the host: matrix products and convolutions with bias and activation, pools, and
/// ReLU; everything else runs its law.  Model<...> model(communicator, Cpu{{.threads = 2}});
#include <tenon/backend/backend.hpp>
#include <tenon/backend/cpu/instruction_set.hpp>
#include <tenon/core/separate.hpp>

namespace tenon {

class Workers;
struct PackOptions;

struct CpuOptions {
  int threads = 1;                     // of each rank
  Element weights = Element::float32;  // or bfloat16: MatMul of floats rounds both its inputs
  bool reproducible = false;           // the same bits however the network is cut
  InstructionSet instructions = best_instruction_set();
};

/// A copy has threads of its own.
class Cpu : public Backend {
 public:
  /// @throws Error where this processor lacks the instruction set.
  TENON_DECL explicit Cpu(const CpuOptions& options = {});
  TENON_DECL Cpu(const Cpu& other);
  TENON_DECL ~Cpu() override;

  TENON_DECL std::string_view name() const override;
  TENON_DECL int threads() const override;
  TENON_DECL bool reproducible() const override;
  TENON_DECL Kernel kernel(std::string_view op, Element element) const override;
  TENON_DECL std::unique_ptr<PreparedKernel> prepare(
      std::string_view op, const KernelCall& call,
      std::span<PackedForms* const> parameters) const override;

 private:
  template <class T>
  std::unique_ptr<PreparedKernel> prepare_of(std::string_view op, const KernelCall& call,
                                             std::span<PackedForms* const> parameters) const;
  const std::shared_ptr<Workers>& workers() const;
  PackOptions packing() const;

  CpuOptions options_;
  mutable std::shared_ptr<Workers> workers_;  // from the first kernel on
};

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/backend/cpu/cpu.ipp>
#endif
