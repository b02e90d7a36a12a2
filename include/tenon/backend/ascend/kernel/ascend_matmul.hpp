// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MatMul of a plan's step on a simulated Ascend:  C = A B, + bias, then the activation
/// B that is a parameter is converted once, to FRACTAL_Z, whose fractals go to L0B as they are.
#include <tenon/backend/ascend/kernel/ascend_product.hpp>
#include <tenon/backend/ascend/kernel/ascend_vector_run.hpp>
#include <tenon/backend/backend.hpp>
#include <tenon/backend/matrix_batch.hpp>

namespace tenon::detail {

class AscendMatMulKernel : public PreparedKernel {
 public:
  /// Products of nothing are left to the law.
  static bool takes(const KernelCall& call) {
    return volume(call.output.box) > 0 && volume(call.inputs[0].box) > 0;
  }

  AscendMatMulKernel(const KernelCall& call, PackedForms* forms, const Precision& precision,
                     std::shared_ptr<AscendMachine> machine)
      : batch_(call),
        forms_(forms),
        machine_(std::move(machine)),
        product_(task(call, batch_), precision, machine_) {
    const AscendMatMul& t = product_.task();
    if (!forms_) {
      b_ = Memory(batch_.count_b * t.b_bytes());
      rows_ = Memory(t.k * t.n * bytes(t.element));
    }
    if (call.activation && !product_.task().relu) activation_.emplace(call, machine_);
    counts_ = &machine_->counts.emplace_back(AscendCounts{"MatMul", {}, {}, {}});
  }

  void take_parameters(const KernelCall& call) override {
    if (!forms_) return;
    const AscendMatMul& t = product_.task();
    const std::string name =
        sentence("FRACTAL_Z of ", text(t.element), ", ", text(machine_->overflow()), " overflow",
                 batch_.transpose_b ? ", transposed" : "");
    packed_b_ = forms_->form(name, batch_.count_b * t.b_bytes(), [&](std::byte* to) {
      const Memory rows(t.k * t.n * bytes(t.element));
      counts_->inputs += pack_b(call.inputs[1].as<const float>(), rows.data(), to);
    });
  }

  void run(const KernelCall& call) override {
    const Block &a = call.inputs[0], &b = call.inputs[1], &c = call.output;
    if (!forms_) counts_->inputs += pack_b(b.as<const float>(), rows_.data(), b_.data());
    if (call.bias) counts_->inputs += product_.take_bias(call.inputs.back().as<const float>());
    const std::byte* all_b = forms_ ? packed_b_ : b_.data();
    for (Index i = 0; i < batch_.count; ++i) {
      counts_->inputs += product_.take_a(a.as<const float>() +
                                         Batch::matrix_of(a, c, i) * batch_.rows * batch_.inner);
      product_.run(all_b + Batch::matrix_of(b, c, i) * product_.task().b_bytes(), *counts_);
      product_.take_result(c.as<float>() + i * batch_.rows * batch_.columns);
    }
    if (activation_) counts_->results += activation_->run(call);
  }

 private:
  static AscendMatMul task(const KernelCall& call, const Batch& batch) {
    return {.m = batch.rows,
            .n = batch.columns,
            .k = batch.inner,
            .transpose_a = batch.transpose_a,
            .has_bias = call.bias,
            .relu = call.activation_name == "ReLU"};
  }

  /// [n, k] in nz is [k, n] in zn: which of both B is says which way it is read.
  RoundingCounts pack_b(const float* b, std::byte* rows, std::byte* to) const {
    const AscendMatMul& t = product_.task();
    MatrixFormat format = t.b_matrix();
    if (!batch_.transpose_b) format = {AscendFormat::zn, t.k, t.n, t.width()};
    RoundingCounts counts;
    for (Index i = 0; i < batch_.count_b; ++i, to += t.b_bytes()) {
      counts += product_.convert(b + i * t.k * t.n, t.k * t.n, rows);
      product_.lay_out(format, rows, to);
    }
    return counts;
  }

  Batch batch_;
  PackedForms* forms_;  // of B; null where it is no parameter
  std::shared_ptr<AscendMachine> machine_;
  AscendProduct product_;
  Memory b_, rows_;
  const std::byte* packed_b_ = nullptr;
  std::optional<AscendActivation> activation_;
  AscendCounts* counts_;
};

}  // namespace tenon::detail
