// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Machines that are known by name, for who has none of his own written down:
///   find_machine("gpu")->machine.node_ranks == 8
/// They order strategies; how long one takes is better asked of a machine that was measured
/// (bench/auto_parallel.cpp writes a file for --machine).
#include <string_view>

#include <tenon/search/machine.hpp>

namespace tenon {

/// A node of processors with AVX-512 that share memory, 10 Gbit/s between nodes.
struct CpuNode {
  static constexpr Machine machine{.flops = 1e11,
                                   .memory_rate = 1e10,
                                   .step = 5e-7,
                                   .memory = 4e9,
                                   .node_ranks = 32,
                                   .processors = 32,
                                   .inside = {2e-6, 2e-7, 8e9},
                                   .between = {4e-5, 5e-6, 1.2e9}};
};

/// Eight H200 joined each with each, float32 outside of tensor cores, 400 Gbit/s for each between
/// nodes.
struct GpuNode {
  static constexpr Machine machine{.flops = 67e12,
                                   .memory_rate = 4.8e12,
                                   .step = 4e-6,
                                   .memory = 141e9,
                                   .node_ranks = 8,
                                   .processors = 8,
                                   .inside = {1e-5, 5e-7, 450e9},
                                   .between = {1.5e-5, 2e-6, 400e9}};
};

/// Atlas 800: eight Ascend 910, float16.
struct Ascend910Server {
  static constexpr Machine machine{.flops = 256e12,
                                   .memory_rate = 1.2e12,
                                   .step = 5e-6,
                                   .memory = 0x1p35,
                                   .node_ranks = 8,
                                   .processors = 8,
                                   .inside = {6e-5, 2e-6, 30e9},
                                   .between = {6e-5, 8e-6, 96e9}};
};

struct NamedMachine {
  std::string_view name, source;
  Machine machine;
};
inline constexpr NamedMachine machines[] = {
    {"cpu", "docs/performance.md: one core's multiply-adds and memory, exchanges in shared memory",
     CpuNode::machine},
    {"gpu", "NVIDIA H200 data sheet; NVLink 900 GB/s both ways, ConnectX-7", GpuNode::machine},
    {"ascend910", "backend/ascend, predict/links.hpp: 256 TFLOPS, HCCS 30 GB/s, RoCE 12 GB/s",
     Ascend910Server::machine},
};

/// The machine of that name, or none.
constexpr const NamedMachine* find_machine(std::string_view name) {
  for (const NamedMachine& one : machines)
    if (one.name == name) return &one;
  return nullptr;
}

}  // namespace tenon
