// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/format/formats.hpp>
#include <tenon/backend/ascend/format/picture_formats.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

using namespace tenon;

namespace {

constexpr AscendFormat all_formats[] = {AscendFormat::nd, AscendFormat::nz, AscendFormat::zz,
                                        AscendFormat::zn};
constexpr Index odd_sizes[] = {1, 2, 7, 15, 16, 17, 20, 28, 31, 32, 33, 50, 65};

/// What the vendor's page says: pad, take apart, exchange the axes. `places` says for each axis of
/// the result which of (R1, R0, C1, C0) it is.
std::vector<int> by_definition(Index rows, Index columns, Index r0, Index c0,
                               std::array<int, 4> places) {
  const Index r1 = (rows + r0 - 1) / r0, c1 = (columns + c0 - 1) / c0;
  const std::array<Index, 4> sizes{r1, r0, c1, c0};
  std::vector<int> padded(std::size_t(r1 * r0 * c1 * c0));  // [r1, r0, c1, c0], row-major
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < columns; ++c)
      padded[std::size_t(r * c1 * c0 + c)] = int(r * columns + c + 1);
  std::vector<int> result;
  std::array<Index, 4> at{};
  const auto size = [&](int axis) { return sizes[std::size_t(places[std::size_t(axis)])]; };
  const auto here = [&](int axis) -> Index& { return at[std::size_t(places[std::size_t(axis)])]; };
  for (here(0) = 0; here(0) < size(0); ++here(0))
    for (here(1) = 0; here(1) < size(1); ++here(1))
      for (here(2) = 0; here(2) < size(2); ++here(2))
        for (here(3) = 0; here(3) < size(3); ++here(3))
          result.push_back(padded[std::size_t(((at[0] * r0 + at[1]) * c1 + at[2]) * c0 + at[3])]);
  return result;
}

std::vector<int> counted_matrix(Index rows, Index columns) {
  std::vector<int> matrix(std::size_t(rows * columns));
  std::iota(matrix.begin(), matrix.end(), 1);
  return matrix;
}

}  // namespace

TEST_CASE("formats are what padding, taking apart and exchanging axes give") {
  for (Index width : {8, 16, 32})
    for (Index rows : odd_sizes)
      for (Index columns : odd_sizes) {
        const std::vector<int> matrix = counted_matrix(rows, columns);
        const auto packed = [&](AscendFormat format) {
          const MatrixFormat f{format, rows, columns, width};
          std::vector<int> to(std::size_t(f.size()), -1);
          pack_matrix(f, matrix.data(), columns, to.data());
          return to;
        };
        CHECK(packed(AscendFormat::nd) == matrix);
        CHECK(packed(AscendFormat::nz) == by_definition(rows, columns, 16, width, {2, 0, 1, 3}));
        CHECK(packed(AscendFormat::zz) == by_definition(rows, columns, 16, width, {0, 2, 1, 3}));
        CHECK(packed(AscendFormat::zn) == by_definition(rows, columns, width, 16, {0, 2, 3, 1}));
      }
}

TEST_CASE("every place of a format is one element's, or padding") {
  for (AscendFormat format : all_formats)
    for (Index width : {8, 16, 32})
      for (Index rows : odd_sizes)
        for (Index columns : odd_sizes) {
          const MatrixFormat f{format, rows, columns, width};
          const bool nd = format == AscendFormat::nd;
          std::vector<int> hits(std::size_t(f.size()));
          const Index down = nd ? rows : f.fractals_down() * f.fractal_rows();
          const Index across = nd ? columns : f.fractals_across() * f.fractal_columns();
          for (Index r = 0; r < down; ++r)
            for (Index c = 0; c < across; ++c) ++hits.at(std::size_t(f.offset(r, c)));
          CHECK(std::ranges::count(hits, 1) == f.size());
        }
}

TEST_CASE("matrices come back from every format") {
  for (AscendFormat format : all_formats)
    for (Index width : {8, 16, 32})
      for (Index rows : odd_sizes)
        for (Index columns : odd_sizes) {
          const Index pitch = columns + 3;
          const MatrixFormat f{format, rows, columns, width};
          const std::vector<int> matrix = counted_matrix(rows, pitch);
          std::vector<int> to(std::size_t(f.size()), -1), back(matrix.size(), -7);
          pack_matrix(f, matrix.data(), pitch, to.data());
          unpack_matrix(f, to.data(), back.data(), pitch);
          Index padding = 0;
          for (int x : to) padding += x == 0;
          CHECK(padding == f.size() - rows * columns);
          bool same = true;
          for (Index r = 0; r < rows; ++r)
            for (Index c = 0; c < pitch; ++c)
              same = same && back[std::size_t(r * pitch + c)] ==
                                 (c < columns ? matrix[std::size_t(r * pitch + c)] : -7);
          CHECK(same);
        }
}

TEST_CASE("a format's places are known to the compiler") {
  static_assert(MatrixFormat{AscendFormat::nz, 20, 28, 16}.offset(17, 3) == 16 * 16 + 16 + 3);
  static_assert(MatrixFormat{AscendFormat::nz, 20, 28, 16}.offset(0, 16) == 2 * 16 * 16);
  static_assert(MatrixFormat{AscendFormat::zz, 20, 28, 16}.offset(0, 16) == 16 * 16);
  static_assert(MatrixFormat{AscendFormat::zn, 20, 28, 16}.offset(0, 1) == 16);
  static_assert(MatrixFormat{AscendFormat::nz, 20, 28, 16}.size() == 32 * 32);
  static_assert(fractal_width(1) == 32 && fractal_width(2) == 16 && fractal_width(4) == 8);
  static_assert(Nc1hwc0{{1, 20, 2, 2}, 16}.offset(0, 17, 1, 0) == 97);
  static_assert(FractalZ{{20, 3, 5, 5}, 16}.offset(17, 2, 0, 0) == 274);
}

TEST_CASE("pictures and filters: axes as defined, zeros elsewhere, and back") {
  for (Index width : {8, 16, 32})
    for (const PictureSizes& s :
         {PictureSizes{1, 1, 1, 1}, {2, 3, 5, 4}, {17, 33, 2, 3}, {16, 16, 3, 3}, {5, 70, 1, 2}}) {
      const std::vector<int> from = counted_matrix(s[0], s[1] * s[2] * s[3]);
      const Index c1 = (s[1] + width - 1) / width, n1 = (s[0] + 15) / 16;
      const auto element = [&](Index n, Index c, Index h, Index w) {
        if (n >= s[0] || c >= s[1]) return 0;
        return from[std::size_t(((n * s[1] + c) * s[2] + h) * s[3] + w)];
      };
      std::vector<int> pictures, filters;
      for (Index n = 0; n < s[0]; ++n)
        for (Index c = 0; c < c1; ++c)
          for (Index h = 0; h < s[2]; ++h)
            for (Index w = 0; w < s[3]; ++w)
              for (Index i = 0; i < width; ++i) pictures.push_back(element(n, c * width + i, h, w));
      for (Index c = 0; c < c1; ++c)
        for (Index h = 0; h < s[2]; ++h)
          for (Index w = 0; w < s[3]; ++w)
            for (Index n = 0; n < n1 * 16; ++n)
              for (Index i = 0; i < width; ++i) filters.push_back(element(n, c * width + i, h, w));
      const auto check = [&](const auto& format, const std::vector<int>& expected) {
        std::vector<int> to(std::size_t(format.size()), -1), back(from.size());
        pack_pictures(format, from.data(), to.data());
        unpack_pictures(format, to.data(), back.data());
        CHECK(to == expected);
        CHECK(back == from);
      };
      check(Nc1hwc0{s, width}, pictures);
      check(FractalZ{s, width}, filters);
    }
}
