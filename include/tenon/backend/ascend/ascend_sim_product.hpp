// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One product of matrices on a simulated Ascend: A, bias and C in the device's memory, and the
/// program, made once; B lies where it was converted.
///   counts += product.take_a(x);  product.run(b);  product.take_result(y)
#include <tenon/backend/ascend/ascend_sim_machine.hpp>
#include <tenon/backend/ascend/matmul_program.hpp>

namespace tenon::detail {

class AscendProduct {
 public:
  /// @param task  shapes, transposed A, bias and ReLU; B is read as FRACTAL_Z: nz of [n, k]
  AscendProduct(AscendMatMul task, const Precision& precision,
                std::shared_ptr<AscendMachine> machine)
      : task_(task), machine_(std::move(machine)) {
    const AscendChip& chip = machine_->options.chip;
    const AscendFormat format = chip.nd_to_nz != 0 ? AscendFormat::nd : AscendFormat::nz;
    task_.element = precision.inputs;
    task_.result = task_.bias_element = precision.result;
    task_.transpose_b = true;
    task_.a_format = task_.c_format = format;
    task_.b_format = AscendFormat::nz;
    task_ = task_.placed();
    program_ = matmul_program(task_, chip);
    a_ = Memory(task_.a_bytes()), c_ = Memory(task_.c_bytes());
    bias_ = Memory(task_.bias_bytes());
    if (format == AscendFormat::nz) rows_ = Memory(task_.m * task_.k * bytes(task_.element));
    place(nullptr);
  }

  const AscendMatMul& task() const { return task_; }

  /// Numbers for the cube, or a bias.
  RoundingCounts convert(const float* from, Index n, std::byte* to) const {
    if (task_.element == Element::float16)
      return to_float16s(from, n, reinterpret_cast<std::uint16_t*>(to), machine_->overflow());
    std::memcpy(to, from, std::size_t(n) * sizeof(float));
    return {};
  }
  /// Numbers that are converted already, as another format has them.
  void lay_out(const MatrixFormat& format, const std::byte* rows, std::byte* to) const {
    if (task_.element == Element::float16)
      pack_matrix(format, reinterpret_cast<const std::uint16_t*>(rows), format.columns,
                  reinterpret_cast<std::uint16_t*>(to));
    else
      pack_matrix(format, reinterpret_cast<const float*>(rows), format.columns,
                  reinterpret_cast<float*>(to));
  }

  /// A as it lies, [m, k] or transposed.
  RoundingCounts take_a(const float* a) const {
    const bool direct = task_.a_format == AscendFormat::nd;
    const RoundingCounts counts = convert(a, task_.m * task_.k, direct ? a_.data() : rows_.data());
    if (!direct) lay_out(task_.a_matrix(), rows_.data(), a_.data());
    return counts;
  }
  RoundingCounts take_bias(const float* bias) const { return convert(bias, task_.n, bias_.data()); }

  /// @param b  converted, task().b_bytes()
  RoundingCounts run(const std::byte* b) {
    place(b);
    return machine_->run(program_, gm_);
  }

  /// C, [m, n].
  void take_result(float* y) const {
    for_each_fractal_run(task_.c_matrix(), [&](Index r, Index c, Index n, Index at) {
      const std::byte* from = c_.data() + at * bytes(task_.result);
      float* to = y + r * task_.n + c;
      if (task_.result == Element::float16)
        from_float16s(reinterpret_cast<const std::uint16_t*>(from), n, to);
      else std::memcpy(to, from, std::size_t(n) * sizeof(float));
    });
  }

 private:
  void place(const std::byte* b) {
    gm_.clear();
    gm_.add(task_.a, std::span<const std::byte>(a_.part(0, task_.a_bytes())));
    gm_.add(task_.b, std::span(b, std::size_t(b ? task_.b_bytes() : 0)));
    gm_.add(task_.bias, std::span<const std::byte>(bias_.part(0, task_.bias_bytes())));
    gm_.add(task_.c, c_.part(0, task_.c_bytes()));
  }

  AscendMatMul task_;
  std::shared_ptr<AscendMachine> machine_;
  AscendProgram program_;
  Memory a_, bias_, c_, rows_;  // rows: of A, before they are laid out
  AscendGm gm_;
};

}  // namespace tenon::detail
