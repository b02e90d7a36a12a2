// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the machine can do at most, as a contender of the same rounds: so many multiply-adds in
/// registers alone.  limits(2.0 * m * k * n, "bf16", 2)
#include <string>
#include <vector>

#include "contender.hpp"

namespace bench {

/// "limit AVX-512 fp32", "limit AVX2 fp32", "limit AVX-512 bf16", "limit AMX bf16": those that this
/// processor has, each as long as `flops` take at its throughput. `threads` begin together.
std::vector<Contender> limits(double flops, const std::string& dtype, int threads);

}  // namespace bench
