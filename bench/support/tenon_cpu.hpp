// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Tenon's backend for what is measured:  if (auto cpu = cpu_of("bf16", 2)) ...
#include <optional>
#include <string>

#include <tenon/backend/cpu/cpu.hpp>

namespace bench {

/// None where it does not compute so.
template <class Options = tenon::CpuOptions>
std::optional<tenon::Cpu> cpu_of(const std::string& dtype, int threads) {
  Options options{.threads = threads};
  if (dtype == "fp32") return tenon::Cpu(options);
  if constexpr (requires { options.weights; }) {
    options.weights = tenon::Element::bfloat16;
    return tenon::Cpu(options);
  }
  return std::nullopt;
}

}  // namespace bench
