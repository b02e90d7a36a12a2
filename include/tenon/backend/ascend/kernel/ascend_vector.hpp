// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A function of elements or of lines of a plan's step on a simulated Ascend: its vector program,
/// with its activation behind it.
///   y = relu(x + w), softmax(x), ...
#include <tenon/backend/ascend/kernel/ascend_vector_run.hpp>

namespace tenon::detail {

class AscendVectorKernel : public PreparedKernel {
 public:
  /// What the vector pipe is told to do; none: the operator is left to its law.
  static std::optional<VectorOperator> lowered(std::string_view op, const KernelCall& call,
                                               const Precision& precision) {
    std::vector<Dims> shapes;
    for (const Block& x : call.inputs) {
      if (x.element != Element::float32) return {};
      shapes.push_back(sizes(x.box));
    }
    if (call.bias) return {};
    return vector_operator(op, shapes, sizes(call.output.box), call.attributes, precision.inputs);
  }

  AscendVectorKernel(std::string_view op, const KernelCall& call, const VectorOperator& x,
                     std::shared_ptr<AscendMachine> machine)
      : sources_(x.sources), run_(x.task, machine) {
    if (call.activation) activation_.emplace(call, machine);
    counts_ = &machine->counts.emplace_back(AscendCounts{op, {}, {}, {}});
  }

  void take_parameters(const KernelCall&) override {}

  void run(const KernelCall& call) override {
    for (std::size_t i = 0; i < sources_.size(); ++i)
      counts_->inputs +=
          run_.take(i, call.inputs[sources_[i].input].as<const float>(), sources_[i].from);
    counts_->results += run_.run();
    run_.take_result(call.output.as<float>());
    if (activation_) counts_->results += activation_->run(call);
  }

 private:
  std::vector<VectorSource> sources_;
  AscendVectorRun run_;
  std::optional<AscendActivation> activation_;
  AscendCounts* counts_;
};

}  // namespace tenon::detail
