// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What was measured on a device, as one table in Markdown under lines that say where and how:
///   CudaTable table(options, "...");
///   table.measure({.name = "32x784x512", .flops = 2.0 * 32 * 784 * 512}, {{"tenon", ours}, ...});
#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "by_hand_cuda.hpp"
#include "interleave.hpp"
#include "options.hpp"

namespace bench {

/// What a command says in its first line; "" where it fails.
inline std::string said_by(const std::string& command) {
  std::string line;
  if (std::FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r")) {
    char text[256];
    if (std::fgets(text, sizeof text, pipe)) line = text;
    if (::pclose(pipe) != 0) line.clear();
  }
  return line.substr(0, line.find('\n'));
}

/// "NVIDIA H200 (compute capability 9.0, ...), driver 580.95, CUDA 13.0, cuBLASLt 13.0.2, commit
/// ..."
inline std::string cuda_environment() {
  int device = 0, driver = 0;
  cudaDeviceProp has{};
  must(cudaGetDevice(&device), "cudaGetDevice");
  must(cudaGetDeviceProperties(&has, device), "cudaGetDeviceProperties");
  must(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  const auto number = [](auto x) { return std::to_string(x); };
  const auto version = [&](int x) { return number(x / 1000) + "." + number(x % 1000 / 10); };
  const std::size_t lt = cublasLtGetVersion();
  std::string installed = said_by("nvidia-smi --query-gpu=driver_version --format=csv,noheader");
  if (installed.empty()) installed = "for CUDA " + version(driver);
  const char* known = std::getenv("TENON_COMMIT");
  std::string commit = known ? known : "";
  const std::string file = __FILE__;
  for (const std::string& folder : {file.substr(0, file.rfind('/') + 1) + ".", std::string(".")})
    if (commit.empty())
      commit = said_by("git -c safe.directory='*' -C '" + folder +
                       "' describe --always --dirty --abbrev=10");
  if (commit.empty()) commit = "unknown";
  return std::string(has.name) + " (compute capability " + number(has.major) + "." +
         number(has.minor) + ", " + number(has.multiProcessorCount) + " multiprocessors, " +
         number(has.l2CacheSize >> 20) + " MiB of L2), driver " + installed + ", CUDA " +
         version(CUDART_VERSION) + ", cuBLASLt " + number(lt / 10000) + "." +
         number(lt % 10000 / 100) + "." + number(lt % 100) + ", commit " + commit;
}

/// Of a case: its name, and the work of one run.
struct CudaCase {
  std::string name;
  double flops = 0, bytes = 0;
};

class CudaTable {
 public:
  static constexpr const char* columns[] = {"by hand", "by hand, one graph", "tenon"};

  CudaTable(const Options& options, const std::string& how) : options_(options) {
    std::printf("%s.\n%s\n\n| case |", cuda_environment().c_str(), how.c_str());
    for (const char* column : columns) std::printf(" %s |", column);
    std::printf(" x | tenon reaches |\n|---|---|---|---|---|---|\n");
    std::fflush(stdout);
  }
  ~CudaTable() {
    if (count_ == 0) return;
    std::printf("\nGeometric mean of %d cases: x %.3f (%.3f); the least %.3f.\n", count_,
                std::exp(least_ / count_), std::exp(median_ / count_), worst_);
    const std::string clocks = said_by(
        "nvidia-smi --query-gpu=clocks.sm,clocks.mem,power.draw,temperature.gpu "
        "--format=csv,noheader");
    if (!clocks.empty())
      std::printf("Clocks, power and temperature at the end: %s.\n", clocks.c_str());
  }
  CudaTable(const CudaTable&) = delete;

  bool wants(const CudaCase& what) const { return options_.wants(what.name); }
  /// @param contenders named as columns are; one of them is "tenon"
  void measure(const CudaCase& what, const std::vector<Contender>& contenders) {
    const std::vector<Times> times = interleave(contenders, options_.effort);
    const Times *own = nullptr, *best = nullptr;
    std::printf("| %s |", what.name.c_str());
    for (const char* column : columns) {
      const Times* found = nullptr;
      for (std::size_t i = 0; i < times.size(); ++i)
        if (contenders[i].name == column) found = &times[i];
      if (!found) {
        std::printf("  |");
        continue;
      }
      std::printf(" %s (%s) |", microseconds(found->min).c_str(),
                  microseconds(found->median).c_str());
      if (column == columns[2]) own = found;
      else if (!best || found->min < best->min) best = found;
    }
    const double least = best->min / own->min, median = best->median / own->median;
    std::printf(" %.2f (%.2f) | %s |\n", least, median, reached(what, *own).c_str());
    std::fflush(stdout);
    least_ += std::log(least), median_ += std::log(median), ++count_;
    worst_ = std::min(worst_, least);
  }

 private:
  /// Three digits that count.
  static std::string microseconds(double seconds) {
    char text[32];
    const double value = seconds * 1e6;
    std::snprintf(text, sizeof text, "%.*f", value < 10 ? 2 : value < 100 ? 1 : 0, value);
    return text;
  }
  static std::string reached(const CudaCase& what, const Times& own) {
    char text[64] = "";
    if (what.flops > 0)
      std::snprintf(text, sizeof text, "%.2f TFLOP/s", what.flops / own.min * 1e-12);
    if (what.bytes > 0) std::snprintf(text, sizeof text, "%.1f GB/s", what.bytes / own.min * 1e-9);
    return text;
  }

  Options options_;
  double least_ = 0, median_ = 0, worst_ = HUGE_VAL;
  int count_ = 0;
};

}  // namespace bench
