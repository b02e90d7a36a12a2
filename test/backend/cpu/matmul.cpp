// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "../product.hpp"

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/cpu/eigen_cpu.hpp>
#include <tenon/backend/cpu/packed_matrix.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/core/half.hpp>

using namespace tenon;

namespace {

/// Those that this processor has.
std::vector<InstructionSet> sets() {
  std::vector<InstructionSet> all;
  for (int set = 0; set <= int(best_instruction_set()); ++set) all.push_back(InstructionSet(set));
  return all;
}

/// Every way of multiplying that this processor has.
std::vector<std::unique_ptr<Backend>> backends_for_matmul() {
  std::vector<std::unique_ptr<Backend>> all;
  all.push_back(std::make_unique<EigenCpu>());
  for (const InstructionSet set : sets())
    all.push_back(std::make_unique<Cpu>(CpuOptions{.instructions = set}));
  for (const int threads : {2, 3})
    all.push_back(std::make_unique<Cpu>(CpuOptions{.threads = threads}));
  return all;
}

/// Integers exactly; others to the last digit of each addition.
template <class T>
void check(Product<T>& p, const Backend& backend, bool exact) {
  const std::vector<T> y = p.of(backend), expected = p.by_law();
  const Index k = p.shape_a[p.shape_a.size() - (p.transpose_a ? 2 : 1)];
  double far = 0;
  for (std::size_t j = 0; j < y.size(); ++j) {
    const double here = std::abs(double(y[j]) - double(expected[j]));
    far = here <= far ? far : std::isnan(here) ? HUGE_VAL : here;
  }
  CAPTURE(backend.name());
  CAPTURE(text(p.shape_a));
  CAPTURE(text(p.shape_b));
  CHECK(far <= (exact ? 0 : double(k + 1) * double(std::numeric_limits<T>::epsilon())));
}

template <class T>
void check_products(int times, Index largest) {
  const auto all = backends_for_matmul();
  for (int i = 0; i < times; ++i) {
    const Index m = between(0, largest), k = between(0, largest), n = between(0, largest);
    Product<T> p = random_product<T>(m, k, n, i % 2);
    check(p, *all[std::size_t(i) % all.size()], i % 2);
  }
}

}  // namespace

TEST_CASE("MatMul: C = A B, + bias, then the activation, as the law says") {
  check_products<float>(1000, 12);
  check_products<double>(1000, 12);
  check_products<float>(200, 70);
  check_products<double>(200, 70);
  check_products<float>(20, 300);  // more than a tile in every direction
  check_products<double>(20, 300);
}

TEST_CASE("MatMul: sizes at the borders of tiles and blocks") {
  for (const auto& backend : backends_for_matmul())
    for (const Index m : {1, 12, 13, 16})
      for (const Index k : {1023, 1024, 1025, 2500})
        for (const Index n : {1, 10, 16, 17, 33}) {
          Product<float> p = random_product<float>(m, k, n, true);
          check(p, *backend, true);
        }
}

TEST_CASE("MatMul: an empty sum is zero, then bias and activation") {
  for (const bool with_bias : {false, true}) {
    Product<float> p;
    p.shape_a = {3, 0}, p.shape_b = {0, 2}, p.shape_c = {3, 2};
    if (with_bias) p.bias = {-1, 2};
    p.activation = &ReLU::info;
    for (const auto& backend : backends_for_matmul())
      CHECK(p.of(*backend) ==
            (with_bias ? std::vector<float>{0, 2, 0, 2, 0, 2} : std::vector<float>(6)));
  }
}

TEST_CASE("MatMul: NaN and infinity go where the law lets them go") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = HUGE_VAL;
  const auto all = backends_for_matmul();
  std::size_t i = 0;
  for (const double special : {nan, inf, -inf})
    for (const Operator* activation : {(const Operator*)nullptr, &ReLU::info, &GELU::info})
      for (const Index m : {1, 5})
        for (int at = 0; at < 7 * m; at += 3) {
          Product<double> p;
          p.shape_a = {m, 7}, p.shape_b = {7, 6}, p.shape_c = {m, 6};
          p.a = integers<double>(p.shape_a), p.b = integers<double>(p.shape_b);
          p.bias = integers<double>({6});
          p.a[std::size_t(at)] = special;
          p.activation = activation;
          const auto y = p.of(*all[++i % all.size()]), expected = p.by_law();
          for (std::size_t j = 0; j < y.size(); ++j) {
            CHECK(std::isnan(y[j]) == std::isnan(expected[j]));
            if (std::isinf(expected[j])) CHECK(y[j] == expected[j]);
            else if (!std::isnan(y[j])) CHECK(std::abs(y[j] - expected[j]) <= 1e-12);
          }
        }
}

TEST_CASE("MatMul: denormal numbers are numbers") {
  for (const auto& backend : backends_for_matmul()) {
    Product<float> p;
    p.shape_a = {2, 3}, p.shape_b = {3, 2}, p.shape_c = {2, 2};
    const float tiny = std::numeric_limits<float>::denorm_min();
    p.a = {tiny, 2 * tiny, tiny, 0, 3 * tiny, 0}, p.b = {1, 2, 1, 2, 1, 2};
    CHECK(p.of(*backend) == std::vector<float>{4 * tiny, 8 * tiny, 3 * tiny, 6 * tiny});
  }
}

TEST_CASE("MatMul: the same bits for any number of threads, and wherever its operands lie") {
  for (const Index m : {1, 2, 13, 33, 100})
    for (const Index n : {10, 45, 100}) {
      Product<float> p = random_product<float>(m, 1290, n, false);
      const auto y = p.of(Cpu{});
      for (const int threads : {1, 2, 3, 5}) CHECK(p.of(Cpu({.threads = threads})) == y);
      for (std::size_t shift = 1; shift < 16; shift += 5) {  // other alignments
        std::vector<float> a(p.a.size() + shift), b(p.b.size() + shift), c(y.size() + shift);
        std::copy(p.a.begin(), p.a.end(), a.begin() + std::ptrdiff_t(shift));
        std::copy(p.b.begin(), p.b.end(), b.begin() + std::ptrdiff_t(shift));
        KernelCall call = p.call(c.data() + shift);
        call.inputs[0].data = a.data() + shift, call.inputs[1].data = b.data() + shift;
        PackedForms* const none[3] = {};
        Cpu{}.prepare("MatMul", call, none)->run(call);
        CHECK(std::vector<float>(c.begin() + std::ptrdiff_t(shift), c.end()) == y);
      }
    }
}

TEST_CASE("MatMul, weights in bfloat16: products of rounded numbers, summed as floats") {
  const auto round = [](std::vector<float> values) {
    for (float& x : values) x = from_bfloat16(to_bfloat16(x));
    return values;
  };
  for (const InstructionSet set : sets())
    for (int i = 0; i < 150; ++i) {
      const bool exact = i % 2;  // small integers are bfloat16 numbers
      const Index k = i % 10 ? between(0, 70) : between(1000, 3000);
      Product<float> p =
          random_product<float>(i % 7 ? between(1, 70) : 1, k, between(1, 70), exact);
      Product<float> rounded = p;
      rounded.a = round(p.a), rounded.b = round(p.b);
      const CpuOptions options{
          .threads = 1 + i % 3, .weights = Element::bfloat16, .instructions = set};
      const auto y = p.of(Cpu(options)), expected = rounded.by_law();
      const double most = exact ? 0 : double(k + 1) * 2e-7;
      std::size_t wrong = 0;  // what was never written is NaN
      for (std::size_t j = 0; j < y.size(); ++j)
        wrong += !(std::abs(double(y[j]) - double(expected[j])) <= most);
      CAPTURE(text(set));
      CHECK(wrong == 0);
    }
}

TEST_CASE("bfloat16: rounded to nearest, ties to even; NaN and infinity stay") {
  CHECK(to_bfloat16(1.0f) == 0x3f80);
  CHECK(to_bfloat16(1.0f + 0x1p-8f) == 0x3f80);  // a tie, to the even one
  CHECK(to_bfloat16(1.0f + 0x3p-8f) == 0x3f82);
  CHECK(to_bfloat16(1.0f + 0x1.01p-8f) == 0x3f81);
  CHECK(to_bfloat16(HUGE_VALF) == 0x7f80);
  CHECK(to_bfloat16(std::numeric_limits<float>::max()) == 0x7f80);
  CHECK(std::isnan(from_bfloat16(to_bfloat16(std::bit_cast<float>(0x7f800001)))));
  for (const InstructionSet set : sets()) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    Product<float> p{{2, 3},    {3, 1}, {2, 1},  false, false, {1, nan, 1, 1, HUGE_VALF, 1},
                     {1, 1, 1}, {},     nullptr, true};
    const auto y = p.of(Cpu({.weights = Element::bfloat16, .instructions = set}));
    CHECK(std::isnan(y[0]));
    CHECK(y[1] == HUGE_VALF);
  }
}

TEST_CASE("MatMul: a parameter is packed when it is taken, once for all kernels that read it") {
  Product<float> p = random_product<float>(5, 6, 7, true);
  p = {{5, 6}, {6, 7},  {5, 7}, false, false, integers<float>({5, 6}), integers<float>({6, 7}),
       {},     nullptr, true};
  const Cpu cpu;
  std::vector<float> y(35), z(35);
  PackedForms forms;
  PackedForms* const parameters[] = {nullptr, &forms};
  const KernelCall call = p.call(y.data());
  const auto one = cpu.prepare("MatMul", call, parameters),
             other = cpu.prepare("MatMul", call, parameters);
  CHECK(forms.bytes() == 0);
  one->take_parameters(call);
  const Index bytes = forms.bytes();
  other->take_parameters(call);
  CHECK(forms.bytes() == bytes);
  one->run(call);
  CHECK(y == p.by_law());
  p.b = integers<float>({6, 7});
  forms.forget();
  const KernelCall changed = p.call(z.data());
  other->take_parameters(changed);
  other->run(changed);
  CHECK(z == p.by_law());
}

TEST_CASE("an instruction set that the processor lacks is refused, and weights of other elements") {
  for (int i = 0; i <= int(InstructionSet::amx); ++i) {
    const InstructionSet set = InstructionSet(i);
    if (set > best_instruction_set())
      CHECK_THROWS_WITH_AS(Cpu({.instructions = set}),
                           doctest::Contains("its best instruction set is"), Error);
    else CHECK_NOTHROW(Cpu({.instructions = set}));
  }
  CHECK_THROWS_WITH_AS(Cpu({.weights = Element::int8}), doctest::Contains("not int8"), Error);
}

TEST_CASE("cpu, ReLU: y = max(x, 0), NaN stays NaN") {
  const auto check = [](auto zero) {
    using T = decltype(zero);
    std::vector<T> x = numbers<T>({1003});
    x[5] = std::numeric_limits<T>::quiet_NaN(), x[6] = T(HUGE_VAL), x[7] = -T(HUGE_VAL), x[8] = 0;
    for (const Index n : {0, 1, 7, 1003}) {
      std::vector<T> y(x.size(), 77), expected = y;
      KernelCall call;
      call.inputs = {{x.data(), whole_box({n}), element_of<T>}};
      call.output = {y.data(), whole_box({n}), element_of<T>};
      Cpu{}.kernel("ReLU", element_of<T>)(call);
      call.output.data = expected.data();
      ReLU::info.law(element_of<T>)(call);
      for (std::size_t i = 0; i < y.size(); ++i)
        CHECK((y[i] == expected[i] || (std::isnan(y[i]) && std::isnan(expected[i]))));
    }
  };
  check(float());
  check(double());
}

TEST_CASE("a backend has kernels for what it does better, and none for the rest") {
  CHECK(!Cpu{}.kernel("Softmax", Element::float32));
  CHECK(!Cpu{}.kernel("MatMul", Element::float32));  // it is prepared
  CHECK(!Reference{}.kernel("MatMul", Element::float32));
  CHECK(Cpu{}.name() == "cpu");
  CHECK(EigenCpu{}.name() == "eigen");
  CHECK(Reference{}.name() == "reference");
}
