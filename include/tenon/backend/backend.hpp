// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The arithmetic of one rank. A backend names the kernels that it does better than the operators'
/// own laws:  struct Cpu : Backend { Kernel kernel(std::string_view op, Element element) const
/// override; };
#include <memory>
#include <span>
#include <string_view>

#include <tenon/backend/packed_forms.hpp>
#include <tenon/core/kernel.hpp>

namespace tenon {

/// A kernel made ready for one step of a plan: shapes are known, parameters are packed.
class PreparedKernel {
 public:
  virtual ~PreparedKernel() = default;
  /// The parameters have values, or others than before: called before the first run and after every
  /// change. May allocate.
  virtual void take_parameters(const KernelCall& call) = 0;
  /// The blocks have the shapes that it was prepared for. Allocates nothing.
  virtual void run(const KernelCall& call) = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  /// How many of each rank compute.
  virtual int threads() const { return 1; }
  /// Whether sums are added in one order (core/sum_tree.hpp), so that results have the same bits
  /// however the network is cut. Its kernels then do as KernelCall::sum_blocks says.
  virtual bool reproducible() const { return false; }
  /// The kernel for an operator of MindSpore's name on such elements; none: its law is run.
  /// A kernel allocates nothing, and gives the same bits for the same call.
  virtual Kernel kernel(std::string_view op, Element element) const = 0;
  /// The kernel made ready for calls of these shapes; none: what `kernel` names does it.
  /// @param parameters of each input: its packed forms; null for what is no parameter. They outlive
  /// the prepared kernel.
  virtual std::unique_ptr<PreparedKernel> prepare(std::string_view, const KernelCall&,
                                                  std::span<PackedForms* const>) const {
    return nullptr;
  }
};

}  // namespace tenon
