// SPDX-License-Identifier: Apache-2.0
#pragma once
/// NVIDIA GPUs: products by cuBLASLt with bias and ReLU in them, everything else by kernels
/// that are compiled at their first use for the device at hand; a forward is one CUDA graph between
/// two exchanges.  Model<...> model(communicator, Cuda{});
/// A program that uses it is linked with cudart, cublasLt and nvrtc; it needs no nvcc.
#include <memory>

#include <tenon/backend/backend.hpp>
#include <tenon/backend/cuda/cuda_options.hpp>
#include <tenon/core/separate.hpp>

namespace tenon {

/// A value: no device is looked for before a model is made. Copies share the device and what was
/// measured. Each thread that makes models has a stream of its own; a model is used by one thread
/// at a time.
class Cuda : public Backend {
 public:
  /// @throws Error for weights that are kept as something else, or TF32 of weights of 16 bits
  TENON_DECL explicit Cuda(const CudaOptions& options = {});
  TENON_DECL ~Cuda() override;

  TENON_DECL std::string_view name() const override;
  TENON_DECL Kernel kernel(std::string_view op, Element element) const override;
  TENON_DECL std::unique_ptr<PreparedKernel> prepare(
      std::string_view op, const KernelCall& call,
      std::span<PackedForms* const> parameters) const override;

  TENON_DECL bool has_device() const override;
  /// @throws Error "no CUDA device: ..." with what was looked for
  TENON_DECL std::shared_ptr<Device> device(int neighbour,
                                            const Device* opened = nullptr) const override;
  TENON_DECL DeviceExchange exchange() const override;
  TENON_DECL Element kept_as(std::string_view op, int operand, Element element) const override;
  TENON_DECL Index scratch_bytes(std::string_view op, const KernelCall& call) const override;
  TENON_DECL std::string way(std::string_view op, const KernelCall& call) const override;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/backend/cuda/cuda.ipp>
#endif
