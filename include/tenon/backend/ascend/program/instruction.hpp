// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one core of an Ascend is told: an instruction of a pipe, from buffers to a buffer.
///   {.op = AscendOp::mmad, .to = {l0c, 0}, .a = {l0a, 0}, .b = {l0b, 0}, .m = 16, .n = 16, .k =
///   16}
/// The same list is run for its numbers, checked against the machine's rules, and timed.
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <tenon/core/element.hpp>

namespace tenon {

/// What works by itself, in order; pipes wait for each other by flags alone.
enum class AscendPipe : std::uint8_t { scalar, vector, cube, mte1, mte2, mte3, fix };
constexpr int ascend_pipes = 7;

enum class AscendBuffer : std::uint8_t { gm, l1, l0a, l0b, l0c, ub, bt };  // bt: bias, of 910B

/// How a matrix lies in a buffer; a fractal is 16 rows of 32 bytes (of 16 numbers in l0c, and in
/// what comes out of it, whatever their type).
enum class AscendFormat : std::uint8_t { nd, nz, zz, zn };

enum class AscendOp : std::uint8_t {
  copy,      // m rows of n numbers between gm and l1 or ub: mte2 in, mte3 out. gm nd -> l1 nz where
             // to_format says so (910B): what lacks to whole fractals becomes zero
  load,      // l1 (nz) -> l0a (zz, m by k), l0b (zn, k by n) or bt (nd, n numbers): mte1;
             // what lacks to whole fractals of m, n and k becomes zero; in l0 without gaps
  mmad,      // l0c[m,n] (+)= l0a[m,k] l0b[k,n], what lacks to whole fractals included: cube
  take_out,  // l0c (nz), m by n -> gm or l1 (nd or nz) by fix, converted; where the chip has no
             // fix, -> ub (nz) by vector, as it is
  calculate,  // ub -> ub, m rows of n numbers, element by element: vector
  set_flag,   // to another pipe, when all before it on its own pipe is done
  wait_flag,  // until that flag was set
  barrier,    // all before it on its own pipe is done
};

/// What `calculate` does to each element of `a` (and `b`).
enum class AscendFunction : std::uint8_t {
  copy,
  convert,
  add,
  sub,
  mul,
  div,
  max,
  min,
  pow,
  relu,
  exp,
  ln,
  sqrt,
  tanh,
  erf,
  reciprocal,
  add_scalar,
  mul_scalar,
  max_scalar,
  min_scalar,
  sum_row,
  max_row,
  fill,       // with `scalar`
  transpose,  // m rows of n numbers become n rows of m
};

constexpr bool takes_two(AscendFunction f) {
  return f >= AscendFunction::add && f <= AscendFunction::pow;
}
/// They make one number of each row.
constexpr bool is_over_row(AscendFunction f) {
  return f == AscendFunction::sum_row || f == AscendFunction::max_row;
}

/// Where something begins.
struct AscendPlace {
  AscendBuffer buffer = AscendBuffer::gm;
  std::int64_t offset = 0;  // bytes; in gm from the device's first
};

struct AscendInstruction {
  AscendOp op = AscendOp::barrier;
  AscendPipe pipe = AscendPipe::scalar;
  AscendFunction function = AscendFunction::copy;
  AscendFormat from_format = AscendFormat::nd, to_format = AscendFormat::nd;
  Element from = Element::float16, into = Element::float16;  // types read and written
  bool accumulates = false;              // mmad: onto what is in l0c; else onto bias or zero
  bool biased = false;                   // mmad: each row begins as the n numbers in bt at `bias`
  bool transposes = false;               // load: what lies in l1 is the transposed matrix
  bool image = false;                    // load: by the unit that unrolls windows (LoadData3D)
  bool repeats_b = false;                // calculate: b is one row of n, taken for every row of a
  bool spreads_b = false;                // calculate: b is m numbers, each taken for a row of a
  bool relu = false;                     // take_out: after its conversion
  AscendPipe peer = AscendPipe::scalar;  // set_flag: who waits; wait_flag: who sets
  std::uint8_t event = 0;
  AscendPlace to = {}, a = {}, b = {}, bias = {};
  std::int32_t m = 0, n = 0, k = 0;  // rows, columns and depth, in numbers; copy: m rows of n
  // Numbers from one row (nd), or one column of fractals (nz), to the next; 0: without gaps. Of the
  // types read and written; in l0c a column of fractals is 16 numbers wide.
  std::int64_t stride_from = 0, stride_to = 0;
  float scalar = 0;
};

/// What every core is told.
struct AscendProgram {
  std::vector<std::vector<AscendInstruction>> cores;
  std::int64_t gm_bytes = 0;
};

constexpr std::string_view text(AscendPipe pipe) {
  constexpr std::string_view names[] = {"S", "V", "M", "MTE1", "MTE2", "MTE3", "FIX"};
  return names[int(pipe)];
}
constexpr std::string_view text(AscendBuffer buffer) {
  constexpr std::string_view names[] = {"GM", "L1", "L0A", "L0B", "L0C", "UB", "BT"};
  return names[int(buffer)];
}

}  // namespace tenon
