// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MatMul of a plan's step on a simulated Ascend: its operands in the device's memory and format,
/// the program, and its result back.  C = A B, + bias, then the activation
/// B that is a parameter is converted once, to FRACTAL_Z: nz of the transposed matrix, whose
/// fractals go to L0B as they are.
#include <tenon/backend/ascend/ascend_sim_machine.hpp>
#include <tenon/backend/ascend/matmul_program.hpp>
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
      : batch_(call), forms_(forms), machine_(std::move(machine)) {
    const AscendChip& chip = machine_->options.chip;
    const bool takes_rows = chip.nd_to_nz != 0;
    task_.m = batch_.rows, task_.n = batch_.columns, task_.k = batch_.inner;
    task_.element = precision.inputs, task_.result = precision.result;
    task_.bias_element = precision.result;
    task_.transpose_a = batch_.transpose_a, task_.transpose_b = true;
    task_.has_bias = call.bias, task_.relu = call.activation_name == "ReLU";
    task_.a_format = takes_rows ? AscendFormat::nd : AscendFormat::nz;
    task_.b_format = AscendFormat::nz;
    task_.c_format = takes_rows ? AscendFormat::nd : AscendFormat::nz;
    task_ = task_.placed();
    program_ = matmul_program(task_, chip);
    a_ = Memory(task_.a_bytes()), c_ = Memory(task_.c_bytes());
    bias_ = Memory(task_.bias_bytes());
    if (!forms_) b_ = Memory(batch_.count_b * task_.b_bytes());
    plain_ = Memory(bytes(task_.element) * batch_.inner *
                    std::max(batch_.rows, forms_ ? 0 : batch_.columns));
    place(nullptr);
    counts_ = &machine_->counts.emplace_back(AscendCounts{"MatMul", {}, {}});
  }

  void take_parameters(const KernelCall& call) override {
    if (!forms_) return;
    const std::string name =
        sentence("FRACTAL_Z of ", text(task_.element), ", ", text(machine_->overflow()),
                 " overflow", batch_.transpose_b ? ", transposed" : "");
    packed_b_ = forms_->form(name, batch_.count_b * task_.b_bytes(), [&](std::byte* to) {
      const Memory plain(bytes(task_.element) * task_.k * task_.n);
      counts_->inputs += pack_b(call.inputs[1].as<const float>(), plain.data(), to);
    });
  }

  void run(const KernelCall& call) override {
    if (!forms_)
      counts_->inputs += pack_b(call.inputs[1].as<const float>(), plain_.data(), b_.data());
    if (task_.has_bias)
      counts_->inputs +=
          convert(call.inputs.back().as<const float>(), task_.n, task_.bias_element, bias_.data());
    for (Index i = 0; i < batch_.count; ++i) {
      const Block &a = call.inputs[0], &b = call.inputs[1], &c = call.output;
      counts_->inputs +=
          pack_a(a.as<const float>() + Batch::matrix_of(a, c, i) * batch_.rows * batch_.inner);
      const std::byte* all_b = forms_ ? packed_b_ : b_.data();
      place(all_b + Batch::matrix_of(b, c, i) * task_.b_bytes());
      counts_->results += machine_->run(program_, gm_);
      take_result(c.as<float>() + i * batch_.rows * batch_.columns);
    }
    if (!call.activation || task_.relu) return;
    const Precision precision =
        precision_of(call.activation_name, machine_->options.precision, machine_->options.chip);
    counts_->results += activate(call, precision, machine_->overflow());
  }

 private:
  void place(const std::byte* b) {
    gm_.clear();
    gm_.add(task_.a, std::span<const std::byte>(a_.part(0, task_.a_bytes())));
    gm_.add(task_.b, std::span(b, std::size_t(task_.b_bytes())));
    gm_.add(task_.bias, std::span<const std::byte>(bias_.part(0, task_.bias_bytes())));
    gm_.add(task_.c, c_.part(0, task_.c_bytes()));
  }
  RoundingCounts convert(const float* from, Index n, Element into, std::byte* to) const {
    if (into == Element::float16)
      return to_float16s(from, n, reinterpret_cast<std::uint16_t*>(to), machine_->overflow());
    std::memcpy(to, from, std::size_t(n) * sizeof(float));
    return {};
  }
  /// A matrix that is converted already.
  void lay_out(const MatrixFormat& format, const std::byte* plain, std::byte* to) const {
    if (task_.element == Element::float16)
      pack_matrix(format, reinterpret_cast<const std::uint16_t*>(plain), format.columns,
                  reinterpret_cast<std::uint16_t*>(to));
    else
      pack_matrix(format, reinterpret_cast<const float*>(plain), format.columns,
                  reinterpret_cast<float*>(to));
  }

  RoundingCounts pack_a(const float* a) const {
    const MatrixFormat format = task_.a_matrix();
    if (format.format == AscendFormat::nd)
      return convert(a, task_.m * task_.k, task_.element, a_.data());
    const RoundingCounts counts = convert(a, task_.m * task_.k, task_.element, plain_.data());
    lay_out(format, plain_.data(), a_.data());
    return counts;
  }
  /// [n, k] in nz is [k, n] in zn: which of both B is says which way it is read.
  RoundingCounts pack_b(const float* b, std::byte* plain, std::byte* to) const {
    MatrixFormat format = task_.b_matrix();
    if (!batch_.transpose_b) format = {AscendFormat::zn, task_.k, task_.n, task_.width()};
    RoundingCounts counts;
    for (Index i = 0; i < batch_.count_b; ++i, to += task_.b_bytes()) {
      counts += convert(b + i * task_.k * task_.n, task_.k * task_.n, task_.element, plain);
      lay_out(format, plain, to);
    }
    return counts;
  }

  void take_result(float* y) const {
    const MatrixFormat format = task_.c_matrix();
    for_each_fractal_run(format, [&](Index r, Index c, Index n, Index at) {
      const std::byte* from = c_.data() + at * bytes(task_.result);
      float* to = y + r * task_.n + c;
      if (task_.result == Element::float16)
        from_float16s(reinterpret_cast<const std::uint16_t*>(from), n, to);
      else std::memcpy(to, from, std::size_t(n) * sizeof(float));
    });
  }

  Batch batch_;
  PackedForms* forms_;  // of B; null where it is no parameter
  std::shared_ptr<AscendMachine> machine_;
  AscendMatMul task_;
  AscendProgram program_;
  Memory a_, b_, bias_, c_, plain_;
  const std::byte* packed_b_ = nullptr;
  AscendGm gm_;
  AscendCounts* counts_;
};

}  // namespace tenon::detail
