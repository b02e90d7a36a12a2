// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Tenon's backend for what is measured:  cpu_of("bf16", 2)
#include <string>

#include <tenon/backend/cpu/cpu.hpp>

namespace bench {

inline tenon::Cpu cpu_of(const std::string& dtype, int threads) {
  using tenon::Element;
  const Element weights = dtype == "bf16" ? Element::bfloat16 : Element::float32;
  return tenon::Cpu({.threads = threads, .weights = weights});
}

}  // namespace bench
