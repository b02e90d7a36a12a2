// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Runs a program of small whole numbers one instruction after another, as written: every buffer is
/// a table of numbers by their first byte.
#include <tenon/backend/ascend/format/formats.hpp>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

namespace tenon::test {

class SequentialAscend {
 public:
  using Memory = std::unordered_map<Index, double>;  // byte -> number
  Memory gm;

  void run(const AscendProgram& program) {
    for (const auto& core : program.cores) {
      for (Memory& buffer : buffers_) buffer.clear();
      for (const AscendInstruction& i : core) run(i);
    }
  }

 private:
  Memory& of(AscendPlace place) {
    return place.buffer == AscendBuffer::gm ? gm : buffers_[std::size_t(place.buffer)];
  }
  double read(AscendPlace p, Index number, Element e) {
    const auto& memory = of(p);
    const auto at = memory.find(p.offset + number * bytes(e));
    return at == memory.end() ? 0 : at->second;
  }
  void write(AscendPlace p, Index number, Element e, double value) {
    of(p)[p.offset + number * bytes(e)] = value;
  }
  /// Of element (r, c) of an nz matrix whose columns of fractals lie `stride` apart.
  static Index nz(Index r, Index c, Index width, Index stride) {
    return c / width * stride + r * width + c % width;
  }

  void run(const AscendInstruction& i) {
    const Index width = fractal_width(bytes(i.from));
    if (i.op == AscendOp::copy && i.to_format == AscendFormat::nz) {
      const MatrixFormat to{AscendFormat::nz, i.m, i.n, width};
      for (Index k = 0; k < to.size(); ++k) write(i.to, k, i.into, 0);
      for (Index r = 0; r < i.m; ++r)
        for (Index c = 0; c < i.n; ++c)
          write(i.to, to.offset(r, c), i.into, read(i.a, r * i.stride_from + c, i.from));
    } else if (i.op == AscendOp::copy) {
      const Index from = i.stride_from ? i.stride_from : i.n, to = i.stride_to ? i.stride_to : i.n;
      for (Index r = 0; r < i.m; ++r)
        for (Index c = 0; c < i.n; ++c)
          write(i.to, r * to + c, i.into, read(i.a, r * from + c, i.from));
    } else if (i.op == AscendOp::load) {
      load(i, width);
    } else if (i.op == AscendOp::mmad) {
      mmad(i, width);
    } else if (i.op == AscendOp::take_out) {
      for (Index r = 0; r < i.m; ++r)
        for (Index c = 0; c < i.n; ++c) {
          double x = read(i.a, nz(r, c, 16, (i.m + 15) / 16 * 256), i.from);
          if (i.relu) x = std::max(x, 0.0);
          const Index stride = i.stride_to ? i.stride_to : (i.m + 15) / 16 * 256;
          const bool rows = i.to_format == AscendFormat::nd;
          write(i.to, rows ? r * i.stride_to + c : nz(r, c, 16, stride), i.into, x);
        }
    } else if (i.op == AscendOp::calculate) {
      calculate(i);
    }
  }

  void load(const AscendInstruction& i, Index width) {
    if (i.to.buffer == AscendBuffer::bt) {
      for (Index c = 0; c < i.n; ++c) write(i.to, c, i.into, read(i.a, c, i.from));
      return;
    }
    const bool a = i.to.buffer == AscendBuffer::l0a;
    const MatrixFormat to{i.to_format, a ? i.m : i.k, a ? i.k : i.n, width};
    for (Index k = 0; k < to.size(); ++k) write(i.to, k, i.into, 0);
    for (Index r = 0; r < to.rows; ++r)
      for (Index c = 0; c < to.columns; ++c) {
        const Index at =
            i.transposes ? nz(c, r, width, i.stride_from) : nz(r, c, width, i.stride_from);
        write(i.to, to.offset(r, c), i.into, read(i.a, at, i.from));
      }
  }

  void mmad(const AscendInstruction& i, Index width) {
    const MatrixFormat a{AscendFormat::zz, i.m, i.k, width}, b{AscendFormat::zn, i.k, i.n, width};
    const MatrixFormat c{AscendFormat::nz, i.m, i.n, 16};
    for (Index r = 0; r < i.m; ++r)
      for (Index n = 0; n < i.n; ++n) {
        double sum = i.accumulates ? read(i.to, c.offset(r, n), i.into)
                     : i.biased    ? read(i.bias, n, i.into)
                                   : 0;
        for (Index k = 0; k < i.k; ++k)
          sum += read(i.a, a.offset(r, k), i.from) * read(i.b, b.offset(k, n), i.from);
        write(i.to, c.offset(r, n), i.into, sum);
      }
  }

  static double function_of(AscendFunction f, double x, double y, double scalar) {
    switch (f) {
      case AscendFunction::add: return x + y;
      case AscendFunction::sub: return x - y;
      case AscendFunction::mul: return x * y;
      case AscendFunction::max: return std::max(x, y);
      case AscendFunction::min: return std::min(x, y);
      case AscendFunction::relu: return std::max(x, 0.0);
      case AscendFunction::add_scalar: return x + scalar;
      case AscendFunction::mul_scalar: return x * scalar;
      default: return x;
    }
  }

  void calculate(const AscendInstruction& i) {
    const Index from = i.stride_from ? i.stride_from : i.n, to = i.stride_to ? i.stride_to : i.n;
    const bool sums = i.function == AscendFunction::sum_row;
    for (Index r = 0; r < i.m; ++r) {
      double all = 0;
      for (Index c = 0; c < i.n; ++c) {
        const double x = read(i.a, r * from + c, i.from);
        const Index second = i.spreads_b ? r : (i.repeats_b ? 0 : r * from) + c;
        all = c == 0 ? x : sums ? all + x : std::max(all, x);
        if (i.function == AscendFunction::transpose)
          write(i.to, c * (i.stride_to ? i.stride_to : i.m) + r, i.into, x);
        else if (!is_over_row(i.function))
          write(i.to, r * to + c, i.into,
                function_of(i.function, x, read(i.b, second, i.from), i.scalar));
      }
      if (is_over_row(i.function)) write(i.to, r * i.stride_to, i.into, all);
    }
  }

  std::array<Memory, 7> buffers_;
};

}  // namespace tenon::test
