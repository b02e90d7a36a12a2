// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Who computes, as every program lets its user say it:  --backend cpu --threads 2
///   --backend ascend --chip ascend910b1 --precision allow_fp32_to_fp16
///   --backend cuda --device 1 --weights bfloat16
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include <tenon/backend/ascend/ascend_sim.hpp>
#include <tenon/backend/cpu/cpu.hpp>
#ifdef TENON_CUDA
#include <tenon/backend/cuda/cuda.hpp>
#endif
#include <tenon/backend/reference.hpp>

#include "chip_file.hpp"

namespace tenon::program {

struct BackendOptions {
  std::string name = "cpu", weights = "float32";
  std::string chip = "ascend910", precision = "force_fp16", cube_order = "step16";
  std::string kernel_folder, exchange = "automatic";
  int threads = 1, device = -1;
  bool reproducible = false, compares_orders = false, tensor_float32 = false;
};

inline void describe(CLI::App& app, BackendOptions& o) {
  app.add_option("--backend", o.name, "who computes; ascend is simulated")
      ->check(CLI::IsMember({"cpu", "reference", "ascend", "cuda"}))
      ->capture_default_str();
  app.add_option("--threads", o.threads, "threads of each rank")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--weights", o.weights, "how the cpu or a GPU keeps them")
      ->check(CLI::IsMember({"float32", "bfloat16", "float16"}))
      ->capture_default_str();
  app.add_option("--device", o.device, "which GPU; else by the rank's place on its node")
      ->check(CLI::Range(0, 1023));
  app.add_flag("--tf32", o.tensor_float32, "a GPU's products may round to 10 bits of fraction");
  app.add_option("--kernel-folder", o.kernel_folder, "where compiled kernels of a GPU are kept");
  app.add_option("--device-exchange", o.exchange,
                 "how a node's GPUs exchange: by reading each other's memory (peer), or staged")
      ->check(CLI::IsMember({"automatic", "peer", "staged"}))
      ->capture_default_str();
  app.add_flag("--reproducible", o.reproducible, "the same bits on any number of ranks");
  app.add_option("--chip", o.chip, "which Ascend, or a file of one: see tenon-predict chips")
      ->capture_default_str();
  app.add_option("--precision", o.precision, "where the Ascend rounds to float16")
      ->check(CLI::IsMember(
          {"force_fp16", "allow_fp32_to_fp16", "must_keep_origin_dtype", "allow_mix_precision"}))
      ->capture_default_str();
  app.add_option("--cube-order", o.cube_order, "in which order its cube adds")
      ->check(CLI::IsMember({"step16", "step16-rounded", "sequential"}))
      ->capture_default_str();
  app.add_flag("--compare-orders", o.compares_orders,
               "multiply in its other orders too, and say what would change");
}

/// The value of an enumeration that has such a text.
template <class Enumeration>
Enumeration named(const std::string& name, int count) {
  int i = 0;
  while (i + 1 < count && text(Enumeration(i)) != name) ++i;
  return Enumeration(i);
}

inline Element weights_of(const BackendOptions& o) {
  if (o.weights == "float16") return Element::float16;
  return o.weights == "bfloat16" ? Element::bfloat16 : Element::float32;
}

#ifdef TENON_CUDA
inline Cuda cuda_of(const BackendOptions& o) {
  if (o.threads != 1 || o.reproducible)
    throw Error("--threads and --reproducible are not a GPU's: leave them out");
  return Cuda{{.device = o.device,
               .weights = weights_of(o),
               .tensor_float32 = o.tensor_float32,
               .exchange = o.exchange == "peer"     ? DeviceExchange::peer
                           : o.exchange == "staged" ? DeviceExchange::staged
                                                    : DeviceExchange::automatic,
               .kernel_folder = o.kernel_folder}};
}
#endif

/// use(backend), of the type that was asked for.
/// @throws Error for options of another one, for a chip that is not known.
auto with_backend(const BackendOptions& o, auto&& use) {
  const BackendOptions usual;
  const bool of_cpu = o.weights != usual.weights;
  const bool of_ascend = o.chip != usual.chip || o.precision != usual.precision ||
                         o.cube_order != usual.cube_order || o.compares_orders;
  const bool of_cuda = o.device != usual.device || o.tensor_float32 ||
                       !o.kernel_folder.empty() || o.exchange != usual.exchange;
  if (of_cuda && o.name != "cuda")
    throw Error(sentence("--device, --tf32, --kernel-folder and --device-exchange are a GPU's: ",
                         "--backend ", o.name, " has none"));
  if (of_ascend && o.name != "ascend")
    throw Error(sentence(
        "--chip, --precision, --cube-order and --compare-orders are the ascend's: --backend ",
        o.name, " has none"));
  if (o.name == "ascend") {
    if (of_cpu || o.reproducible)
      throw Error("--weights and --reproducible are not the ascend's: leave them out");
    return use(AscendSim{{.chip = chip_of(o.chip),
                          .precision = named<PrecisionMode>(o.precision, 4),
                          .order = named<CubeOrder>(o.cube_order, 3),
                          .threads = o.threads,
                          .compares_orders = o.compares_orders}});
  }
  if (o.name == "reference") {
    if (o.threads != 1 || of_cpu)
      throw Error("--threads and --weights are the cpu's: --backend reference has one of each");
    return use(Reference{{.reproducible = o.reproducible}});
  }
#ifdef TENON_CUDA
  if (o.name == "cuda") return use(cuda_of(o));
#else
  if (o.name == "cuda")
    throw Error("this build has no CUDA: it has it where the CUDA Toolkit 12.8 or later is found "
                "when it is configured (meson setup build -Dcuda=enabled says what is missing); "
                "--backend cpu runs without it");
#endif
  return use(
      Cpu{{.threads = o.threads, .weights = weights_of(o), .reproducible = o.reproducible}});
}

inline std::unique_ptr<Backend> backend_of(const BackendOptions& o) {
  return with_backend(o, [](auto backend) -> std::unique_ptr<Backend> {
    return std::make_unique<decltype(backend)>(std::move(backend));
  });
}

/// What float16 could not hold on this rank, operator by operator; nothing of other backends.
inline void print_rounding(std::ostream& out, const Backend& backend) {
  const auto* ascend = dynamic_cast<const AscendSim*>(&backend);
  if (!ascend) return;
  out << ascend->options().chip.name << ", " << text(ascend->options().precision)
      << ": saturated (NaN) of rank 0:";
  for (const AscendCounts& step : ascend->counts())
    out << " " << step.op << " " << step.inputs.saturated + step.results.saturated << " ("
        << step.inputs.nans + step.results.nans << ")";
  out << "\n";
  if (!ascend->options().compares_orders) return;
  int product = 0;
  for (const AscendCounts& step : ascend->counts()) {
    if (step.by_order[0].numbers + step.by_order[1].numbers + step.by_order[2].numbers == 0)
      continue;
    out << "product " << ++product << " (" << step.op << ")";
    for (int order = 0; order < cube_orders; ++order) {
      const Sensitivity& changed = step.by_order[std::size_t(order)];
      if (changed.numbers && CubeOrder(order) != ascend->options().order)
        out << ", " << text(CubeOrder(order)) << ": " << changed.bits << " of " << changed.numbers
            << " numbers, the largest of " << changed.argmax << " of " << changed.rows << " rows";
    }
    out << "\n";
  }
}

}  // namespace tenon::program
