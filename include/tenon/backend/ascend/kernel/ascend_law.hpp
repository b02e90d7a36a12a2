// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An operator that has no program on a simulated Ascend, as pools: by its own law, with what it
/// reads made float16, and what it writes.  y = float16(law(float16(x), ...))
#include <vector>

#include <tenon/backend/ascend/kernel/ascend_vector_run.hpp>
#include <tenon/backend/backend.hpp>

namespace tenon::detail {

class AscendLawKernel : public PreparedKernel {
 public:
  /// @pre call.law
  AscendLawKernel(std::string_view op, const KernelCall& call,
                  std::shared_ptr<AscendMachine> machine)
      : machine_(std::move(machine)) {
    for (const Block& x : call.inputs)
      rounded_.emplace_back(x.element == Element::float32 ? volume(x.box) * 4 : 0);
    if (call.activation && call.activation_name != "ReLU") activation_.emplace(call, machine_);
    counts_ = &machine_->counts.emplace_back(AscendCounts{op, {}, {}, {}});
  }

  void take_parameters(const KernelCall&) override {}

  void run(const KernelCall& call) override {
    const OverflowMode overflow = machine_->overflow();
    KernelCall here = call;
    for (int i = 0; i < call.inputs.size(); ++i) {
      if (call.inputs[i].element != Element::float32) continue;
      here.inputs[i].data = rounded_[std::size_t(i)].data();
      counts_->inputs +=
          through_float16(call.inputs[i].as<const float>(), volume(call.inputs[i].box), overflow,
                          here.inputs[i].as<float>());
    }
    if (activation_) here.activation = nullptr, here.activation_name = {};
    call.law(here);
    float* y = call.output.as<float>();
    counts_->results += through_float16(y, volume(call.output.box), overflow, y);
    if (activation_) counts_->results += activation_->run(call);
  }

 private:
  std::shared_ptr<AscendMachine> machine_;
  std::vector<Memory> rounded_;  // of each input
  std::optional<AscendActivation> activation_;
  AscendCounts* counts_;
};

}  // namespace tenon::detail
