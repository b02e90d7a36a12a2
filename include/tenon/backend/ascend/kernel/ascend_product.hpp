// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One product of matrices on a simulated Ascend: A, bias and C in the device's memory, and the
/// program, made once; B lies where it was converted.
///   counts += product.take_a(x);  product.run(b);  product.take_result(y)
#include <tenon/backend/ascend/kernel/ascend_machine.hpp>
#include <tenon/backend/ascend/matmul/matmul_program.hpp>

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
    if (machine_->options.compares_orders) compared_ = Memory(2 * task_.m * task_.n * 4);
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
  /// @param counts  of the step that it is a part of
  void run(const std::byte* b, AscendCounts& counts) {
    place(b);
    if (machine_->options.compares_orders) compare_orders(counts);
    counts.results += machine_->run(program_, gm_);
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
  void compare_orders(AscendCounts& counts) {
    const Index n = task_.m * task_.n;
    float* own = reinterpret_cast<float*>(compared_.data());
    machine_->run(program_, gm_);
    take_result(own);
    for (std::size_t order = 0; order < counts.by_order.size(); ++order) {
      for (const auto& core : program_.cores) machine_->others[order].run(core, gm_);
      take_result(own + n);
      const std::size_t size = std::size_t(n);
      counts.by_order[order] += sensitivity({own, size}, {own + n, size}, task_.n);
    }
  }
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
  Memory compared_;             // C twice, as floats
  AscendGm gm_;
};

}  // namespace tenon::detail
