// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MatMul of a plan's step, made ready: one call of cuBLASLt with bias and activation in it where
/// it has such a kernel; what it leaves is one pass more over the result.
#include <tenon/backend/cuda/fastest.hpp>
#include <tenon/backend/cuda/machine.hpp>
#include <tenon/backend/cuda/product.hpp>

namespace tenon::detail {

class CudaMatMul : public PreparedKernel {
 public:
  /// Measures the algorithms on the blocks where they lie; the result's is overwritten.
  CudaMatMul(const KernelCall& call, CudaMachine& machine) : machine_(machine), batch_(call) {
    const Block &a = call.inputs[0], &b = call.inputs[1], &c = call.output;
    empty_ = volume(c.box) == 0;
    if (empty_) return;
    const bool rounds = c.element == Element::float32 &&
                        (machine.options.weights != Element::float32 || b.element != c.element);
    operands_ = rounds ? b.element != c.element ? b.element : machine.options.weights : c.element;
    rounded_a_ = rounded(a);
    rounded_b_ = rounded(b);
    shape(call);
    make(call);
  }

  void take_parameters(const KernelCall&) override {}

  void run(const KernelCall& call) override {
    if (empty_) return;
    if (batch_.inner == 0) {
      check_cuda(cudaMemsetAsync(call.output.data, 0,
                                 std::size_t(volume(call.output.box) * bytes(call.output.element)),
                                 machine_.stream),
                 "cudaMemsetAsync");
    } else {
      if (rounded_a_) round(call.inputs[0], rounded_a_.get());
      if (rounded_b_) round(call.inputs[1], rounded_b_.get());
      for (Index i = 0; i < launches_; ++i) launch(call, i, algorithm_);
    }
    if (rest_) rest_->run(rest_call(call));
  }

  Choice choice() const override {
    return product_ && product_->algorithms() > 1 ? Choice{problem_, algorithm_} : Choice{};
  }
  void choose(std::uint64_t way) override {
    if (way >= product_->algorithms()) return;
    algorithm_ = std::size_t(way);
    machine_.ways[problem_] = way;
  }

 private:
  CudaMemory rounded(const Block& x) const {
    return x.element == operands_ ? CudaMemory() : device_memory(volume(x.box) * bytes(operands_));
  }
  void round(const Block& x, std::byte* to) {
    const bool brain = operands_ == Element::bfloat16;
    machine_.kernels->over_elements(
        machine_.stream, machine_.kernels->find(brain ? "to_bfloat16" : "to_float16"),
        volume(x.box), x.data, static_cast<void*>(to), volume(x.box));
  }

  void shape(const KernelCall& call) {
    const Block &a = call.inputs[0], &b = call.inputs[1], &c = call.output;
    const Batch& n = batch_;
    const auto stride_a = even_stride(a, n, n.rows * n.inner, c),
               stride_b = even_stride(b, n, n.inner * n.columns, c);
    const bool even = stride_a && stride_b && n.count <= std::numeric_limits<std::int32_t>::max();
    launches_ = even ? 1 : n.count;
    shape_ = {.rows = n.rows,
              .inner = n.inner,
              .columns = n.columns,
              .count = even ? n.count : 1,
              .stride_a = even ? *stride_a : 0,
              .stride_b = even ? *stride_b : 0,
              .stride_c = n.rows * n.columns,
              .transpose_a = n.transpose_a,
              .transpose_b = n.transpose_b,
              .operands = operands_,
              .result = c.element,
              .tensor_float32 = machine_.options.tensor_float32 && operands_ == Element::float32};
    const auto aligned = [&](const void* data, Index matrix, Element element) {
      const auto step = std::uintptr_t(matrix * bytes(element));
      const std::uintptr_t border = launches_ > 1 && step ? step & -step : 256;
      return unsigned(std::min<std::uintptr_t>(alignment_of(data), border));
    };
    shape_.align_a = aligned(rounded_a_ ? rounded_a_.get() : a.data, n.rows * n.inner, operands_);
    shape_.align_b =
        aligned(rounded_b_ ? rounded_b_.get() : b.data, n.inner * n.columns, operands_);
    shape_.align_c = aligned(c.data, n.rows * n.columns, c.element);
  }

  /// With as much of the epilogue as cuBLASLt has a kernel for; what is left follows.
  void make(const KernelCall& call) {
    const void* bias = call.bias ? call.inputs.back().data : nullptr;
    shape_.align_bias = alignment_of(bias);
    const bool fuses = shape_.align_bias >= bias_alignment;
    const CudaEpilogue none = CudaEpilogue::none;
    const CudaEpilogue all = fuses ? epilogue_of(call.bias, call.activation_name) : none;
    const CudaEpilogue adding = fuses && call.bias ? CudaEpilogue::bias : none;
    bool adds = false, applies = false;
    if (batch_.inner > 0) {
      for (CudaEpilogue epilogue : {all, adding, none}) {
        shape_.epilogue = epilogue;
        product_.emplace(machine_.products, shape_, CudaMachine::workspace_bytes, bias);
        if (product_->algorithms()) break;
      }
      if (!product_->algorithms())
        throw Error(sentence("CUDA: cuBLASLt has no algorithm for [", shape_.rows, ", ",
                             shape_.inner, "] by [", shape_.inner, ", ", shape_.columns, "] of ",
                             text(shape_.operands), " on ", machine_.text()));
      adds = has_bias(shape_.epilogue), applies = has_activation(shape_.epilogue);
      choose_algorithm(call);
    }
    if ((call.bias && !adds) || (call.activation && !applies)) {
      finishes_bias_ = call.bias && !adds;
      finishes_activation_ = call.activation && !applies;
      rest_ = machine_.finishing(rest_call(call));
    }
  }
  /// The bias and the activation that are left.
  KernelCall rest_call(const KernelCall& call) const {
    KernelCall rest;
    rest.output = call.output;
    rest.bias = finishes_bias_;
    if (rest.bias) rest.inputs.push_back(call.inputs.back());
    if (!finishes_activation_) return rest;
    rest.activation = call.activation, rest.activation_name = call.activation_name;
    return rest;
  }

  void choose_algorithm(const KernelCall& call) {
    problem_ = shape_.number() ^ Hash().add(machine_.model()).value;
    const auto known = machine_.ways.find(problem_);
    if (known != machine_.ways.end()) algorithm_ = std::size_t(known->second);
    else if (machine_.options.measure && product_->algorithms() > 1)
      algorithm_ = fastest(machine_.stream, product_->algorithms(),
                           [&](std::size_t way) { launch(call, 0, way); });
    if (algorithm_ >= product_->algorithms()) algorithm_ = 0;
    machine_.ways[problem_] = algorithm_;
  }

  void launch(const KernelCall& call, Index i, std::size_t algorithm) {
    const Block &a = call.inputs[0], &b = call.inputs[1], &c = call.output;
    const Batch& n = batch_;
    const auto at = [&](const CudaMemory& copy, const Block& x, Index matrix) {
      const auto* data = copy ? copy.get() : x.as<std::byte>();
      return data + (launches_ > 1 ? Batch::matrix_of(x, c, i) * matrix * bytes(operands_) : 0);
    };
    product_->run(algorithm, {at(rounded_a_, a, n.rows * n.inner),
                              at(rounded_b_, b, n.inner * n.columns),
                              c.as<std::byte>() + i * n.rows * n.columns * bytes(c.element),
                              call.bias ? call.inputs.back().data : nullptr, machine_.workspace(),
                              machine_.stream});
  }

  CudaMachine& machine_;
  Batch batch_;
  Element operands_ = Element::float32;
  CudaMemory rounded_a_, rounded_b_;  // operands in 16 bits, of those that are not kept so
  ProductShape shape_{};
  Index launches_ = 1;
  std::optional<CudaProduct> product_;
  std::size_t algorithm_ = 0;
  std::uint64_t problem_ = 0;
  std::unique_ptr<PreparedKernel> rest_;
  bool empty_ = false, finishes_bias_ = false, finishes_activation_ = false;
};

}  // namespace tenon::detail
