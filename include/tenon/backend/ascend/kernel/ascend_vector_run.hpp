// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One vector task on a simulated Ascend: its operands and result in the device's memory, and the
/// program, made once.
///   counts += run.take(0, x, region);  counts += run.run();  run.take_result(y)
#include <tenon/backend/ascend/kernel/ascend_machine.hpp>
#include <tenon/backend/ascend/vector/vector_operator.hpp>
#include <tenon/backend/ascend/vector/vector_program.hpp>

namespace tenon::detail {

class AscendVectorRun {
 public:
  AscendVectorRun(const AscendVector& task, std::shared_ptr<AscendMachine> machine)
      : machine_(std::move(machine)), task_(task.placed(machine_->options.chip)) {
    program_ = vector_program(task_, machine_->options.chip);
    for (std::size_t i = 0; i < task_.operands.size(); ++i) {
      in_.emplace_back(task_.operand_bytes(i));
      fill_with_ones(task_.element, in_.back());
      gm_.add(task_.operands[i].place, in_.back().part(0, task_.operand_bytes(i)));
    }
    out_ = Memory(task_.result_bytes());
    gm_.add(task_.y, out_.part(0, task_.result_bytes()));
  }

  /// An operand's numbers, in the order of the region's.
  RoundingCounts take(std::size_t operand, const float* from, const Region& region) {
    const Row row = row_of(task_.operands[operand].extent);
    RoundingCounts counts;
    Index at = 0;
    for_each_run(region, region, [&](Index first, Index, Index run) {
      for (Index i = 0; i < run;) {
        const Index n = std::min(run - i, row.numbers - at % row.numbers);
        const Index to = at / row.numbers * row.pitch + at % row.numbers;
        counts += store(operand, to, from + first + i, n);
        at += n, i += n;
      }
    });
    return counts;
  }
  RoundingCounts run() { return machine_->run(program_, gm_); }

  void take_result(float* y) const {
    const Row row = row_of(task_.result_extent());
    for (Index first = 0; first < row.count; ++first, y += row.numbers) {
      const std::byte* from = out_.data() + first * row.pitch * bytes(task_.result);
      if (task_.result == Element::float16)
        from_float16s(reinterpret_cast<const std::uint16_t*>(from), row.numbers, y);
      else std::memcpy(y, from, std::size_t(row.numbers) * sizeof(float));
    }
  }

 private:
  struct Row {
    Index count, numbers, pitch;
  };
  /// How an operand's, or the result's, numbers lie in gm.
  Row row_of(VectorExtent extent) const {
    const AscendVector& t = task_;
    if (extent == VectorExtent::whole) return {t.batch * t.rows, t.columns, t.row_pitch()};
    if (extent == VectorExtent::along) return {1, t.columns, t.columns};
    if (t.down) return {t.batch, t.columns, t.row_pitch()};
    return {1, t.rows, t.rows};
  }
  RoundingCounts store(std::size_t operand, Index at, const float* from, Index n) {
    std::byte* to = in_[operand].data() + at * bytes(task_.element);
    if (task_.element == Element::float16)
      return to_float16s(from, n, reinterpret_cast<std::uint16_t*>(to), machine_->overflow());
    std::memcpy(to, from, std::size_t(n) * sizeof(float));
    return {};
  }
  /// What lies between rows is computed too, on chips that copy whole blocks: nothing that a
  /// function has no number for.
  static void fill_with_ones(Element element, const Memory& memory) {
    if (element == Element::float16)
      std::fill_n(reinterpret_cast<std::uint16_t*>(memory.data()), memory.size() / 2, 0x3c00);
    else std::fill_n(reinterpret_cast<float*>(memory.data()), memory.size() / 4, 1.f);
  }

  std::shared_ptr<AscendMachine> machine_;
  AscendVector task_;
  AscendProgram program_;
  std::vector<Memory> in_;
  Memory out_;
  AscendGm gm_;
};

/// An activation behind a product: the vector program of its function, or, of one that has none,
/// the function itself, rounded as its own mode says.
class AscendActivation {
 public:
  AscendActivation(const KernelCall& call, std::shared_ptr<AscendMachine> machine)
      : machine_(std::move(machine)), n_(volume(call.output.box)) {
    const AscendSimOptions& o = machine_->options;
    const Precision precision = precision_of(call.activation_name, o.precision, o.chip);
    narrow_ = precision != Precision{};
    if (const ElementFunction* f = element_function(call.activation_name))
      run_.emplace(element_task(*f, n_, precision.inputs), machine_);
  }
  RoundingCounts run(const KernelCall& call) {
    float* y = call.output.as<float>();
    if (!run_) {
      for (Index i = 0; i < n_; ++i) y[i] = (*call.activation)(y[i]);
      return narrow_ ? through_float16(y, n_, machine_->overflow(), y) : RoundingCounts{};
    }
    run_->take(0, y, {0, {n_}, {1}});
    const RoundingCounts counts = run_->run();
    run_->take_result(y);
    return counts;
  }

 private:
  std::shared_ptr<AscendMachine> machine_;
  Index n_;
  bool narrow_ = false;
  std::optional<AscendVectorRun> run_;
};

}  // namespace tenon::detail
