// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which bytes an instruction reads and writes, from the first to behind the last:
///   extents(mmad of 16x16x16).to == {AscendBuffer::l0c, 0, 1024}
#include <vector>

#include <tenon/backend/ascend/format/formats.hpp>

namespace tenon {

struct AscendExtent {
  AscendBuffer buffer = AscendBuffer::gm;
  Index from = 0, to = 0;  // bytes

  bool operator==(const AscendExtent&) const = default;
};

struct AscendExtents {
  std::vector<AscendExtent> reads, writes;
};

namespace detail {

constexpr Index fractals(Index x, Index each) { return (x + each - 1) / each; }

/// Of rows of n numbers `stride` apart (0: without gaps), and of nz columns of fractals.
constexpr Index rows_extent(Index m, Index n, Index stride) {
  return m == 0 || n == 0 ? 0 : (m - 1) * (stride ? stride : n) + n;
}
constexpr Index nz_extent(Index rows, Index columns, Index width, Index stride) {
  const Index tall = fractals(rows, 16) * 16 * width;
  return rows_extent(fractals(columns, width), tall, stride);
}

}  // namespace detail

inline AscendExtents extents(const AscendInstruction& i) {
  using namespace detail;
  AscendExtents all;
  const auto at = [](AscendPlace p, Index numbers, Element e) {
    return AscendExtent{p.buffer, p.offset, p.offset + numbers * bytes(e)};
  };
  const Index width = fractal_width(bytes(i.from));
  const auto up = [](Index x, Index each) { return fractals(x, each) * each; };
  switch (i.op) {
    case AscendOp::copy: {
      const bool to_nz = i.to_format == AscendFormat::nz && i.from_format == AscendFormat::nd &&
                         i.a.buffer == AscendBuffer::gm;
      all.reads = {at(i.a, rows_extent(i.m, i.n, i.stride_from), i.from)};
      all.writes = {
          at(i.to,
             to_nz ? nz_extent(i.m, i.n, width, i.stride_to) : rows_extent(i.m, i.n, i.stride_to),
             i.into)};
      break;
    }
    case AscendOp::load: {
      if (i.to.buffer == AscendBuffer::bt) {
        all.reads = {at(i.a, i.n, i.from)};
        all.writes = {at(i.to, i.n, i.into)};
        break;
      }
      const bool a = i.to.buffer == AscendBuffer::l0a;
      const bool deep = a != i.transposes;  // the depth runs along the rows of what lies in l1
      const Index outer = a ? i.m : i.n;
      const Index rows = deep ? outer : Index(i.k), columns = deep ? Index(i.k) : outer;
      all.reads = {at(i.a, nz_extent(rows, columns, width, i.stride_from), i.from)};
      all.writes = {at(i.to, up(outer, 16) * up(i.k, width), i.into)};
      break;
    }
    case AscendOp::mmad: {
      const AscendExtent sums = at(i.to, up(i.m, 16) * up(i.n, 16), i.into);
      all.reads = {at(i.a, up(i.m, 16) * up(i.k, width), i.from),
                   at(i.b, up(i.k, width) * up(i.n, 16), i.from)};
      if (i.accumulates) all.reads.push_back(sums);
      if (i.biased && !i.accumulates) all.reads.push_back(at(i.bias, i.n, i.into));
      all.writes = {sums};
      break;
    }
    case AscendOp::take_out: {
      const bool rows = i.to_format == AscendFormat::nd;
      all.reads = {at(i.a, nz_extent(i.m, i.n, 16, i.stride_from), i.from)};
      all.writes = {
          at(i.to, rows ? rows_extent(i.m, i.n, i.stride_to) : nz_extent(i.m, i.n, 16, i.stride_to),
             i.into)};
      break;
    }
    case AscendOp::calculate: {
      const bool turns = i.function == AscendFunction::transpose;
      if (i.function != AscendFunction::fill)
        all.reads = {at(i.a, rows_extent(i.m, i.n, i.stride_from), i.from)};
      if (takes_two(i.function))
        all.reads.push_back(at(i.b,
                               i.repeats_b   ? i.n
                               : i.spreads_b ? i.m
                                             : rows_extent(i.m, i.n, i.stride_from),
                               i.from));
      all.writes = {at(i.to,
                       is_over_row(i.function) ? Index(i.m)
                       : turns                 ? rows_extent(i.n, i.m, i.stride_to)
                                               : rows_extent(i.m, i.n, i.stride_to),
                       i.into)};
      break;
    }
    default: break;
  }
  return all;
}

}  // namespace tenon
