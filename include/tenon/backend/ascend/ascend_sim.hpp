// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A simulated Ascend: what a network computes with its formats, its cube and its rounding.
///   Model<...> model(communicator, AscendSim{{.chip = Ascend910()}});
/// Numbers follow a written reference bit for bit, the same on any number of threads; they are not
/// claimed to be silicon's. MatMul is a program of instructions (matmul_program.hpp) that is run;
/// other operators are their own laws, with what they read and write rounded as the precision mode
/// says. Between operators, and between ranks, numbers are float32 that hold these values.
#include <tenon/backend/ascend/ascend_sim_law.hpp>
#include <tenon/backend/ascend/ascend_sim_matmul.hpp>

namespace tenon {

/// A copy counts for itself, and has threads of its own.
class AscendSim : public Backend {
 public:
  /// @throws Error for fewer threads than one, or another overflow than the 910 knows
  explicit AscendSim(const AscendSimOptions& options = {})
      : machine_(std::make_shared<detail::AscendMachine>(options)) {}
  AscendSim(const AscendSim& other) : Backend(other), machine_(copy_of(other)) {}
  AscendSim(AscendSim&&) = default;

  std::string_view name() const override { return "ascend"; }
  int threads() const override { return machine_->options.threads; }
  const AscendSimOptions& options() const { return machine_->options; }
  /// Of every step that was made ready, in that order: what float16 could not hold so far.
  std::vector<AscendCounts> counts() const {
    return {machine_->counts.begin(), machine_->counts.end()};
  }

  Kernel kernel(std::string_view, Element) const override { return nullptr; }

  /// @throws Error for float64, and for products that the precision mode leaves no unit for
  std::unique_ptr<PreparedKernel> prepare(std::string_view op, const KernelCall& call,
                                          std::span<PackedForms* const> parameters) const override {
    if (call.output.element == Element::float64)
      throw Error(sentence(op, " of float64: ", machine_->options.chip.name,
                           " computes float32 and float16; convert the network to float32"));
    if (call.output.element != Element::float32) return nullptr;
    const Precision precision =
        precision_of(op, machine_->options.precision, machine_->options.chip);
    if (op == "MatMul" && detail::AscendMatMulKernel::takes(call))
      return std::make_unique<detail::AscendMatMulKernel>(call, parameters[1], precision, machine_);
    if (precision == Precision{} || !call.law) return nullptr;
    return std::make_unique<detail::AscendLawKernel>(op, call, machine_);
  }

 private:
  static std::shared_ptr<detail::AscendMachine> copy_of(const AscendSim& other) {
    return std::make_shared<detail::AscendMachine>(other.machine_->options);
  }
  std::shared_ptr<detail::AscendMachine> machine_;
};

}  // namespace tenon
