// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What moves numbers without computing: rows between memories, and fractals from L1 to L0.
///   move_rows(rows, from, to)   load_fractals(load, from, to)
#include <cstring>

#include <tenon/backend/ascend/format/formats.hpp>

namespace tenon::detail {

/// `m` rows of `n` numbers of so many bytes, from row to row so many numbers apart.
inline void move_rows(const AscendInstruction& i, const std::byte* from, std::byte* to) {
  const Index each = bytes(i.from);
  const Index step_from = (i.stride_from ? i.stride_from : i.n) * each,
              step_to = (i.stride_to ? i.stride_to : i.n) * each;
  for (Index r = 0; r < i.m; ++r)
    std::memcpy(to + r * step_to, from + r * step_from, std::size_t(i.n * each));
}

/// Rows into fractals (nd -> nz); zeros up to whole ones.
inline void move_into_fractals(const AscendInstruction& i, const std::byte* from, std::byte* to) {
  const Index each = bytes(i.from), width = fractal_width(each);
  const Index pitch = (i.stride_from ? i.stride_from : i.n) * each;
  const MatrixFormat f{AscendFormat::nz, i.m, i.n, width};
  const Index tall = f.fractals_down() * 16;
  for (Index c = 0; c < i.n; c += width) {
    const Index n = std::min(width, i.n - c) * each;
    std::byte* row = to + c * tall * each;
    for (Index r = 0; r < i.m; ++r, row += 32) {
      std::memcpy(row, from + r * pitch + c * each, std::size_t(n));
      std::memset(row + n, 0, std::size_t(32 - n));
    }
    std::memset(row, 0, std::size_t((tall - i.m) * 32));
  }
}

/// Bytes of a matrix of fractals whose columns of them lie `stride` numbers apart.
inline Index fractal_bytes(Index rows, Index columns, Index stride, Element element) {
  const Index each = bytes(element), width = fractal_width(each);
  return ((columns + width - 1) / width - 1) * stride * each + (rows + 15) / 16 * 512;
}

/// Fractals that stay as they are: of L0A (zz), or of L0B (zn) from the transposed matrix.
/// @param down  rows of A, or columns of B
inline void load_whole_fractals(const AscendInstruction& i, Index down, const std::byte* from,
                                std::byte* to) {
  const Index each = bytes(i.from), width = fractal_width(each);
  const Index across = (i.k + width - 1) / width, tall = (down + 15) / 16;
  const bool zz = i.to.buffer == AscendBuffer::l0a;
  for (Index d = 0; d < tall; ++d)
    for (Index c = 0; c < across; ++c) {
      std::byte* fractal = to + (zz ? d * across + c : c * tall + d) * 512;
      const Index rows = std::min<Index>(16, down - d * 16);
      std::memcpy(fractal, from + c * i.stride_from * each + d * 512, std::size_t(rows * 32));
      std::memset(fractal + rows * 32, 0, std::size_t((16 - rows) * 32));
      const Index rest = (i.k - c * width) * each;
      for (Index r = 0; rest < 32 && r < rows; ++r)
        std::memset(fractal + r * 32 + rest, 0, std::size_t(32 - rest));
    }
}

/// Fractals that are turned, number by number.
template <class T>
void load_turned_fractals(const AscendInstruction& i, Index down, const T* from, T* to) {
  constexpr Index width = fractal_width(sizeof(T));
  const bool zz = i.to.buffer == AscendBuffer::l0a;
  const MatrixFormat f{i.to_format, zz ? i.m : i.k, zz ? i.k : i.n, width};
  std::fill_n(to, f.size(), T());
  for (Index x = 0; x < down; ++x) {  // a row of A or column of B; its numbers of k
    const T* source = from + x / width * i.stride_from + x % width;
    for (Index k = 0; k < i.k; ++k) to[zz ? f.offset(x, k) : f.offset(k, x)] = source[k * width];
  }
}

/// L1 (nz) -> L0A (zz) or L0B (zn).
inline void load_fractals(const AscendInstruction& i, const std::byte* from, std::byte* to) {
  const bool a = i.to.buffer == AscendBuffer::l0a;
  const Index down = a ? i.m : i.n;
  if (a != i.transposes) return load_whole_fractals(i, down, from, to);
  const auto turned = [&]<class T>(T) {
    load_turned_fractals(i, down, reinterpret_cast<const T*>(from), reinterpret_cast<T*>(to));
  };
  if (bytes(i.from) == 1) turned(std::uint8_t());
  else if (bytes(i.from) == 2) turned(std::uint16_t());
  else turned(std::uint32_t());
}

}  // namespace tenon::detail
