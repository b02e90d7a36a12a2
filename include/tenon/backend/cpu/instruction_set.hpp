// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What this machine's processor can do, asked when the program runs, so that one program is fast
/// on all:  best_instruction_set() == InstructionSet::avx512
#include <string_view>

#include <tenon/backend/cpu/amx.hpp>
#include <tenon/core/error.hpp>

namespace tenon {

/// Each has all that those before it have.
enum class InstructionSet {
  portable,     // vectors of 16 bytes, of any processor
  avx2,         // 32 bytes, fused multiply-add
  avx512,       // 64 bytes, 32 registers
  avx512_bf16,  // products of pairs of bfloat16
  amx,          // tiles of bfloat16
};

constexpr std::string_view text(InstructionSet set) {
  constexpr std::string_view names[] = {"portable", "avx2", "avx512", "avx512_bf16", "amx"};
  return names[int(set)];
}

inline InstructionSet best_instruction_set() {
#ifdef __x86_64__
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq");
  if (avx512 && __builtin_cpu_supports("avx512bf16"))
    return detail::amx_is_there() ? InstructionSet::amx : InstructionSet::avx512_bf16;
  if (avx512) return InstructionSet::avx512;
  if (avx2) return InstructionSet::avx2;
#endif
  return InstructionSet::portable;
}

/// @throws Error where this processor lacks it.
inline InstructionSet checked(InstructionSet set) {
  const InstructionSet best = best_instruction_set();
  if (set <= best) return set;
  throw Error(std::string("this processor has no ")
                  .append(text(set))
                  .append("; its best instruction set is ")
                  .append(text(best)));
}

}  // namespace tenon
