// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The arithmetic of one rank. A backend names the kernels that it does better than the operators'
/// own laws:  struct Cpu : Backend { Kernel kernel(std::string_view op, Element element) const
/// override; };
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <tenon/backend/device.hpp>
#include <tenon/backend/packed_forms.hpp>
#include <tenon/core/kernel.hpp>

namespace tenon {

/// Which of several ways of doing a problem: they may round differently.
struct Choice {
  std::uint64_t problem = 0;  // equal of equal problems, on any rank; 0: there is one way
  std::uint64_t way = 0;
};

/// A kernel made ready for one step of a plan: shapes are known, parameters are packed.
class PreparedKernel {
 public:
  virtual ~PreparedKernel() = default;
  /// The parameters have values, or others than before: called before the first run and after every
  /// change. May allocate.
  virtual void take_parameters(const KernelCall& call) = 0;
  /// The blocks have the shapes that it was prepared for. Allocates nothing.
  virtual void run(const KernelCall& call) = 0;
  /// The way that it found the fastest. Ranks with the same problem take the same one, so that
  /// what they all compute has the same bits.
  virtual Choice choice() const { return {}; }
  virtual void choose(std::uint64_t) {}
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

  /// Whether its memory is not the host's. Then `device` says where it is, and `prepare` makes
  /// every operator ready for blocks that lie there (its law is KernelCall::law).
  virtual bool has_device() const { return false; }
  /// The device of this thread; its first call opens one, or takes one that others opened.
  /// @param neighbour which of its node's ranks this is: they share the node's devices
  /// @param opened one of this backend's, where the parameters are; none: it has not been given
  virtual std::shared_ptr<Device> device(int, const Device* = nullptr) const { return nullptr; }
  /// How the devices of a node's ranks are to exchange.
  virtual DeviceExchange exchange() const { return DeviceExchange::staged; }
  /// In which elements it keeps a parameter that is this operand of such an operator.
  virtual Element kept_as(std::string_view, int, Element element) const { return element; }
  /// Bytes of the device's memory that a call needs besides its blocks, while it is done.
  /// @pre blocks are in the elements that are kept; they need no memory.
  virtual Index scratch_bytes(std::string_view, const KernelCall&) const { return 0; }
  /// How it does a call, in words, without a device: "a kernel", "its law, on the host".
  virtual std::string way(std::string_view, const KernelCall&) const { return {}; }
};

}  // namespace tenon
