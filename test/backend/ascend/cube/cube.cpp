// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/cube/cube.hpp>
#include <tenon/backend/ascend/format/formats.hpp>
#include <tenon/core/half.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace tenon;

namespace {

/// The written reference: a sum bit by bit. Place i counts how often +-2^(i - 400) was added.
class BitByBit {
 public:
  void add(double x) {
    int exponent;
    auto whole = std::int64_t(std::ldexp(std::frexp(std::fabs(x), &exponent), 53));
    for (int at = exponent - 53; whole; whole >>= 1, ++at)
      if (whole & 1) places_[at + 400] += x < 0 ? -1 : 1;
  }
  float rounded() {
    int top = 0;
    const bool negative = settle(top);
    if (negative) {
      for (int& p : places_) p = -p;
      settle(top);
    }
    if (top == 0) return 0;                                             // no place is left
    const int first = top - 1, last = std::max(first - 23, 400 - 149);  // of the bits that stay
    double value = 0;
    for (int i = last; i <= first; ++i) value += places_[i] * std::ldexp(1, i - 400);
    bool rest = false;
    for (int i = 0; i < last - 1; ++i) rest = rest || places_[i];
    if (last > 0 && places_[last - 1] && (rest || places_[last]))
      value += std::ldexp(1, last - 400);
    return float(negative ? -value : value);  // exact, or infinite
  }

 private:
  /// Digits of 0 and 1; `top` is one more than the highest place that is one. Whether 2^800 must be
  /// taken away: the sum is negative, and its digits are those of its complement.
  bool settle(int& top) {
    int carry = 0;
    top = 0;
    for (int i = 0; i < 800; ++i) {
      const int all = places_[i] + carry, bit = all & 1;
      carry = (all - bit) / 2;
      places_[i] = bit;
      if (bit) top = i + 1;
    }
    return carry < 0;
  }
  int places_[800] = {};
};

float reference_number(const std::vector<float>& a, const std::vector<float>& b, float c,
                       CubeOrder order, int step) {
  for (std::size_t first = 0; first < a.size(); first += std::size_t(step)) {
    BitByBit sum;
    double plain = 0;
    for (std::size_t k = first; k < std::min(a.size(), first + std::size_t(step)); ++k) {
      const double product = double(a[k]) * b[k];
      plain += product;
      if (std::isfinite(product)) sum.add(product);
    }
    if (!std::isfinite(plain) || !std::isfinite(c)) {
      c = float(c + plain);
    } else if (order == CubeOrder::step16_rounded) {
      c += sum.rounded();
    } else {
      sum.add(c);
      c = sum.rounded();
    }
  }
  return c;
}

/// Numbers of a kind, as floats that the format holds.
struct CubeData {
  Element element;
  std::vector<float> a, b, c;  // [m, k], [k, n], [m, n]
  Index m, n, k;

  float held(float x) const {
    if (element == Element::float16) return from_float16(to_float16(x));
    if (element == Element::bfloat16) return from_bfloat16(to_bfloat16(x));
    return x;
  }
  template <class T>
  std::vector<T> fractals(AscendFormat format, const std::vector<float>& x, Index rows,
                          Index columns) const {
    std::vector<T> plain, packed;
    for (float number : x)
      if constexpr (sizeof(T) == 4) plain.push_back(number);
      else plain.push_back(element == Element::float16 ? to_float16(number) : to_bfloat16(number));
    const MatrixFormat f{format, rows, columns, fractal_width(sizeof(T))};
    packed.resize(std::size_t(f.size()));
    pack_matrix(f, plain.data(), columns, packed.data());
    return packed;
  }
  template <class T>
  std::vector<float> product_of(CubeOrder order, InstructionSet set, bool accumulates) const {
    const std::vector<T> l0a = fractals<T>(AscendFormat::zz, a, m, k),
                         l0b = fractals<T>(AscendFormat::zn, b, k, n);
    const MatrixFormat f{AscendFormat::nz, m, n, 16};
    std::vector<float> l0c(std::size_t(f.size())), result(c.size());
    pack_matrix(f, c.data(), n, l0c.data());
    CubeCall call{element, l0a.data(), l0b.data(), l0c.data(), m, n, k};
    call.order = order;
    Cube(set).multiply(call, accumulates);
    unpack_matrix(f, l0c.data(), result.data(), n);
    return result;
  }
  std::vector<float> product(CubeOrder order, InstructionSet set, bool accumulates) const {
    return element == Element::float32 ? product_of<float>(order, set, accumulates)
                                       : product_of<std::uint16_t>(order, set, accumulates);
  }
  std::vector<float> reference(CubeOrder order, bool accumulates) const {
    const int step = element == Element::float32 || order == CubeOrder::sequential ? 1 : 16;
    std::vector<float> result;
    for (Index row = 0; row < m; ++row)
      for (Index column = 0; column < n; ++column) {
        std::vector<float> p, q;
        for (Index i = 0; i < k; ++i) {
          p.push_back(a[std::size_t(row * k + i)]);
          q.push_back(b[std::size_t(i * n + column)]);
        }
        const float begin = accumulates ? c[std::size_t(row * n + column)] : 0;
        result.push_back(reference_number(p, q, begin, order, step));
      }
    return result;
  }
};

enum class CubeKind { ties, ordinary, far_apart, cancelling, tiny, whole, endless };

CubeData cube_data(CubeKind kind, Element element, Index m, Index n, Index k, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  const bool half = element == Element::float16;
  const auto number = [&]() -> float {
    const auto among = [&](int first, int last) {
      return std::uniform_int_distribution<int>(first, last)(random);
    };
    switch (kind) {
      case CubeKind::ties: return 0;
      case CubeKind::ordinary: return normal(random);
      case CubeKind::far_apart:
        return among(0, 4) ? std::ldexp(normal(random), half ? among(-22, 13) : among(-50, 50)) : 0;
      case CubeKind::cancelling:
        return std::ldexp(float(among(1024, 1030)), among(0, 1) ? 4 : -30) *
               float(among(0, 1) * 2 - 1);
      case CubeKind::tiny: return std::ldexp(float(among(-8, 8)), half ? -24 : -132);
      case CubeKind::whole: return float(among(-2047, 2047));
      case CubeKind::endless: {
        const int which = among(0, 60);
        if (which == 0) return std::numeric_limits<float>::infinity();
        if (which == 1) return -std::numeric_limits<float>::infinity();
        if (which == 2) return std::numeric_limits<float>::quiet_NaN();
        return which < 20 ? 0 : normal(random);
      }
    }
    return 0;
  };
  CubeData data{element, {}, {}, {}, m, n, k};
  for (Index i = 0; i < m * k; ++i) data.a.push_back(data.held(number()));
  for (Index i = 0; i < k * n; ++i) data.b.push_back(data.held(number()));
  for (Index i = 0; i < m * n; ++i)
    data.c.push_back(
        std::ldexp(normal(random), std::uniform_int_distribution<int>(-60, 30)(random)));
  return data;
}

/// Sums that a double cannot tell from half a step of the accumulator: 2^30 + 64 + 2^-28.
void make_ties(CubeData& data, unsigned seed) {
  std::mt19937 random(seed);
  const auto sign = [&] { return random() % 2 ? 1.0f : -1.0f; };
  for (float& c : data.c) c = sign() * std::ldexp(1 + float(random() % 8) * 0x1p-23f, 30);
  if (data.element == Element::float32) {
    for (float& a : data.a) a = sign() * 8 * (1 + 0x1p-23f);
    for (float& b : data.b) b = sign() * 8 * (1 - 0x1p-23f);
    return;
  }
  const float last = data.element == Element::float16 ? 0x1p-10f : 0x1p-7f;
  const float small = data.element == Element::float16 ? 0x1p-4f : 0x1p-8f;
  for (Index first = 0; first + 2 < data.k; first += 16)
    for (Index i = 0; i < std::max(data.m, data.n); ++i) {
      const auto a = [&](Index k) -> float& { return data.a[std::size_t(i * data.k + first + k)]; };
      const auto b = [&](Index k) -> float& {
        return data.b[std::size_t((first + k) * data.n + i)];
      };
      if (i < data.m) a(0) = 8 * sign(), a(1) = small * (1 + last), a(2) = -small;
      if (i < data.n) b(0) = 8 * sign(), b(1) = small * (1 + last), b(2) = small * (1 + 2 * last);
      if (i < data.m && random() % 2) a(1) = -a(1), a(2) = -a(2);
    }
}

bool same_numbers(const std::vector<float>& x, const std::vector<float>& y) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::bit_cast<std::uint32_t>(x[i]) != std::bit_cast<std::uint32_t>(y[i]) &&
        !(std::isnan(x[i]) && std::isnan(y[i])))
      return false;
  return x.size() == y.size();
}

}  // namespace

TEST_CASE("the exact sum is exact, and rounded once") {
  std::mt19937 random(3);
  Index wrong = 0;
  for (int i = 0; i < 2000; ++i) {
    detail::ExactSum sum;
    BitByBit reference;
    const int spread = std::uniform_int_distribution<int>(1, 260)(random);
    for (int j = 0; j < 40; ++j) {
      const double a = double(std::int32_t(random())), b = double(std::int32_t(random() >> 8));
      const int exponent = std::uniform_int_distribution<int>(-spread, spread * 3 / 4)(random);
      const double x = std::ldexp(a * double(b != 0), exponent - 32);
      sum.add(x), reference.add(x);
      if (j % 3 == 0) sum.add(-x), reference.add(-x);
    }
    wrong += sum.rounded() != reference.rounded();
  }
  CHECK(wrong == 0);
  detail::ExactSum tie;
  tie.add(0x1p24), tie.add(1);
  CHECK(tie.rounded() == 0x1p24f);
  tie.add(0x1p-298);
  CHECK(tie.rounded() == 0x1.000002p24f);
  CHECK(std::signbit(detail::ExactSum().rounded()) == false);
}

TEST_CASE("the cube's numbers are the reference's, bit for bit, in every order") {
  const struct {
    Index m, n, k;
  } sizes[] = {{1, 1, 1}, {1, 16, 16}, {3, 20, 17}, {16, 16, 64}, {21, 33, 150}};
  for (InstructionSet set :
       {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512})
    for (Element element : {Element::float16, Element::bfloat16, Element::float32})
      for (CubeOrder order : {CubeOrder::step16, CubeOrder::step16_rounded, CubeOrder::sequential})
        for (CubeKind kind :
             {CubeKind::ties, CubeKind::ordinary, CubeKind::far_apart, CubeKind::cancelling,
              CubeKind::tiny, CubeKind::whole, CubeKind::endless})
          for (const auto& size : sizes) {
            if (set > best_instruction_set()) continue;
            if (size.m > 16 && set != best_instruction_set()) continue;
            CubeData data = cube_data(kind, element, size.m, size.n, size.k, unsigned(kind));
            if (kind == CubeKind::ties) make_ties(data, 1);
            const bool accumulates = size.k % 2 || kind == CubeKind::ties;
            CAPTURE(text(set));
            CAPTURE(text(element));
            CAPTURE(text(order));
            CAPTURE(int(kind));
            CAPTURE(size.k);
            CHECK(same_numbers(data.product(order, set, accumulates),
                               data.reference(order, accumulates)));
          }
}

TEST_CASE("int8 is added exactly") {
  std::mt19937 random(5);
  for (Index m : {1, 16, 19})
    for (Index n : {1, 16, 40})
      for (Index k : {1, 31, 32, 100}) {
        std::vector<std::int8_t> a(std::size_t(m * k)), b(std::size_t(k * n));
        for (auto* x : {&a, &b})
          for (std::int8_t& number : *x) number = std::int8_t(random());
        const MatrixFormat zz{AscendFormat::zz, m, k, 32}, zn{AscendFormat::zn, k, n, 32},
            nz{AscendFormat::nz, m, n, 16};
        std::vector<std::int8_t> l0a(std::size_t(zz.size())), l0b(std::size_t(zn.size()));
        std::vector<std::int32_t> l0c(std::size_t(nz.size()), 7), c(std::size_t(m * n)), expected;
        pack_matrix(zz, a.data(), k, l0a.data());
        pack_matrix(zn, b.data(), n, l0b.data());
        Cube cube;
        const CubeCall call{Element::int8, l0a.data(), l0b.data(), l0c.data(), m, n, k};
        cube.multiply(call, false);
        cube.multiply(call, true);
        unpack_matrix(nz, l0c.data(), c.data(), n);
        for (Index row = 0; row < m; ++row)
          for (Index column = 0; column < n; ++column) {
            int sum = 0;
            for (Index i = 0; i < k; ++i)
              sum += a[std::size_t(row * k + i)] * b[std::size_t(i * n + column)];
            expected.push_back(2 * sum);
          }
        CHECK(c == expected);
      }
}

TEST_CASE("only the rows that are asked for are written") {
  const CubeData data = cube_data(CubeKind::ordinary, Element::float16, 5, 16, 32, 1);
  const auto l0a = data.fractals<std::uint16_t>(AscendFormat::zz, data.a, 5, 32),
             l0b = data.fractals<std::uint16_t>(AscendFormat::zn, data.b, 32, 16);
  std::vector<float> l0c(256, -3);
  Cube().multiply({Element::float16, l0a.data(), l0b.data(), l0c.data(), 5, 16, 32}, false);
  CHECK(std::count(l0c.begin(), l0c.end(), -3) == 11 * 16);
  CHECK_THROWS_WITH(
      Cube().multiply({Element::int32, l0a.data(), l0b.data(), l0c.data(), 5, 16, 32}, false),
      "tenon: the cube multiplies float16, bfloat16, float32 and int8, not int32");
}
