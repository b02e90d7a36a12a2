// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MatMul of a plan's step, made ready: one call of cuBLASLt with bias and activation in it where
/// it has such a kernel; what it leaves is one pass more over the result.
#include <tenon/backend/backend.hpp>
#include <tenon/backend/cuda/fastest.hpp>
#include <tenon/backend/cuda/nan_keeping.hpp>
#include <tenon/backend/cuda/product_places.hpp>

namespace tenon::detail {

class CudaMatMul : public PreparedKernel {
 public:
  /// Measures the algorithms on the blocks where they lie; the result's is overwritten.
  CudaMatMul(const KernelCall& call, CudaMachine& machine, ProductLimits most = {})
      : machine_(machine), places_(call, machine, most) {
    if (volume(call.output.box) > 0) make(call);
  }
  CudaMatMul(const CudaMatMul&) = delete;
  CudaMatMul& operator=(const CudaMatMul&) = delete;

  void take_parameters(const KernelCall&) override {}

  void run(const KernelCall& call) override {
    if (places_.parts.parts.empty()) return;
    if (shape_.inner == 0) {
      check_cuda(cudaMemsetAsync(call.output.data, 0,
                                 std::size_t(volume(call.output.box) * bytes(call.output.element)),
                                 machine_.stream),
                 "cudaMemsetAsync");
    } else {
      places_.round(call);
      for (const ProductParts::Part& part : places_.parts.parts)
        launch(call, part, part.shape ? 0 : algorithm_);
    }
    if (rest_) rest_->run(rest_call(call));
  }

  Choice choice() const override {
    const bool several = !products_.empty() && products_[0]->algorithms() > 1;
    return several ? Choice{problem_, algorithm_} : Choice{};
  }
  void choose(std::uint64_t way) override {
    if (products_.empty() || way >= products_[0]->algorithms()) return;
    algorithm_ = std::size_t(way);
    machine_.ways->remember(problem_, way);
  }

 private:
  /// With as much of the epilogue as cuBLASLt has a kernel for; what is left follows.
  void make(const KernelCall& call) {
    const void* bias = call.bias ? call.inputs.back().data : nullptr;
    shape_.align_bias = alignment_of(bias);
    const bool fuses = shape_.align_bias >= bias_alignment;
    const CudaEpilogue none = CudaEpilogue::none;
    const bool rounds = shape_.operands != shape_.result || shape_.tensor_float32;
    const CudaEpilogue all =
        fuses ? epilogue_of(call.bias, call.activation_name, shape_.result, rounds) : none;
    const CudaEpilogue adding = has_bias(all) ? CudaEpilogue::bias : none;
    bool adds = false, applies = false;
    if (shape_.inner > 0) {
      workspace_ = machine_.workspace();
      for (CudaEpilogue epilogue : {all, adding, none})
        if (find_products(epilogue, call)) break;
      if (products_.empty())
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
  /// One for each shape of the parts, or none. @return whether there are algorithms
  bool find_products(CudaEpilogue epilogue, const KernelCall& call) {
    const void* bias = call.bias ? call.inputs.back().data : nullptr;
    shape_.epilogue = epilogue;
    products_.clear();
    for (const ProductParts::Shape& part : places_.parts.shapes) {
      ProductShape own = shape_;
      own.rows = part.rows, own.count = part.matrices;
      products_.push_back(std::make_unique<CudaProduct>(machine_.products, own,
                                                        CudaMachine::workspace_bytes, bias));
      if (has_activation(epilogue)) keep_those_that_keep_nan(call, own);
      if (products_.back()->algorithms()) continue;
      products_.clear();
      return false;
    }
    return true;
  }
  /// Asked once of each problem, of the product that was found last.
  void keep_those_that_keep_nan(const KernelCall& call, const ProductShape& own) {
    CudaProduct& product = *products_.back();
    const std::uint64_t question = problem_of(own) + 1;
    const auto known = machine_.ways->find(question);
    const auto part = std::ranges::find(places_.parts.parts, products_.size() - 1,
                                        &ProductParts::Part::shape);
    const Index count = part->rows * own.columns * part->matrices;
    const std::uint64_t kept = product.keep([&](std::size_t way) {
      return known ? *known >> way & 1 : keeps_nan(product, way, at(call, *part), count, machine_);
    });
    machine_.ways->remember(question, kept);
  }
  std::uint64_t problem_of(const ProductShape& shape) const {
    return shape.number() ^ Hash().add(machine_.model()).value;
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

  /// Of the first shape; the others' are cuBLASLt's first.
  void choose_algorithm(const KernelCall& call) {
    const std::size_t several = products_[0]->algorithms();
    problem_ = problem_of(shape_);
    if (const auto known = machine_.ways->find(problem_)) algorithm_ = std::size_t(*known);
    else if (machine_.measures() && several > 1)
      algorithm_ = fastest(machine_.stream, several,
                           [&](std::size_t way) { launch(call, places_.parts.parts[0], way); });
    if (algorithm_ >= several) algorithm_ = 0;
    machine_.ways->remember(problem_, algorithm_);
  }

  void launch(const KernelCall& call, const ProductParts::Part& part, std::size_t algorithm) {
    products_[part.shape]->run(algorithm, at(call, part));
  }
  CudaProduct::Call at(const KernelCall& call, const ProductParts::Part& part) const {
    const ProductPlaces::Place at = places_.at(call, part);
    return {at.a, at.b, at.c, call.bias ? call.inputs.back().data : nullptr, workspace_.get(),
            machine_.stream};
  }

  CudaMachine& machine_;
  ProductPlaces places_;
  ProductShape& shape_ = places_.shape;
  std::vector<std::unique_ptr<CudaProduct>> products_;  // of each shape of the parts
  CudaMemory workspace_;
  std::size_t algorithm_ = 0;
  std::uint64_t problem_ = 0;
  std::unique_ptr<PreparedKernel> rest_;
  bool finishes_bias_ = false, finishes_activation_ = false;
};

}  // namespace tenon::detail
