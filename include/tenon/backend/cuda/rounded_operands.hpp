// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The operands of a product in the elements in which it multiplies them: a float32 that is wanted
/// in 16 bits is rounded to memory that all steps share, before each product.
///   RoundedOperands operands(call, machine);  operands.round(call);  operands.a(call)
#include <tenon/backend/cuda/machine.hpp>

namespace tenon::detail {

/// What a product multiplies. @param weights in which it keeps weights of float32
inline Element operands_of(const KernelCall& call, Element weights) {
  const Element b = call.inputs[1].element, c = call.output.element;
  if (c != Element::float32) return c;
  return b == c ? weights : b;
}
/// Bytes of an operand's copy, which begins as an allocation does; 0: it is as it is wanted.
inline Index rounded_bytes(const Block& x, Element wanted) {
  return x.element == wanted ? 0 : (volume(x.box) * bytes(wanted) + 255) / 256 * 256;
}
inline Index rounded_bytes(const KernelCall& call, Element weights) {
  const Element wanted = operands_of(call, weights);
  return rounded_bytes(call.inputs[0], wanted) + rounded_bytes(call.inputs[1], wanted);
}

class RoundedOperands {
 public:
  RoundedOperands(const KernelCall& call, CudaMachine& machine)
      : machine_(machine), element_(operands_of(call, machine.options.weights)) {
    const Index a = rounded_bytes(call.inputs[0], element_),
                b = rounded_bytes(call.inputs[1], element_);
    if (a + b == 0) return;
    memory_ = machine.scratch(a + b);
    if (a) a_ = memory_.get();
    if (b) b_ = memory_.get() + a;
    kernel_ = machine.kernels->find(element_ == Element::bfloat16 ? "to_bfloat16" : "to_float16");
  }

  Element element() const { return element_; }
  void round(const KernelCall& call) const {
    if (a_) round(call.inputs[0], a_);
    if (b_) round(call.inputs[1], b_);
  }
  /// Where they are, once they are rounded.
  const std::byte* a(const KernelCall& call) const {
    return a_ ? a_ : call.inputs[0].as<std::byte>();
  }
  const std::byte* b(const KernelCall& call) const {
    return b_ ? b_ : call.inputs[1].as<std::byte>();
  }

 private:
  void round(const Block& x, std::byte* to) const {
    machine_.kernels->over_elements(machine_.stream, kernel_, volume(x.box), x.data,
                                    static_cast<void*>(to), volume(x.box));
  }

  CudaMachine& machine_;
  Element element_;
  CudaMemory memory_;
  std::byte *a_ = nullptr, *b_ = nullptr;
  cudaKernel_t kernel_ = nullptr;
};

}  // namespace tenon::detail
