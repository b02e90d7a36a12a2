// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/reshape.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

/// Every way to write n as a product, with ones in between.
static void factorings(Index n, Dims so_far, std::vector<Dims>& all) {
  if (so_far.size() > 4) return;
  if (n == 1) all.push_back(so_far);
  for (Index factor = 1; factor <= n; ++factor) {
    if (n % factor || (factor == 1 && !so_far.empty() && so_far.back() == 1)) continue;
    Dims longer = so_far;
    longer.push_back(factor);
    factorings(n / factor, longer, all);
  }
}

TEST_CASE("Reshape: the same elements in the same order, block for block as the equation says") {
  Random random(9);
  std::vector<Dims> shapes;
  factorings(12, {}, shapes);
  REQUIRE(shapes.size() > 20);
  for (const Dims& from : shapes)
    for (const Dims& to : shapes) {
      const Tensor x = random.numbers(from);
      const Tensor y = law(Reshape(to), {x});
      CHECK(y.shape == to);
      CHECK(y.values == x.values);
      check_equation(Reshape(to), {x});
    }
}

TEST_CASE("Reshape: -1 is what is left") {
  CHECK(shape_of(Reshape({-1, 6}), {Tensor({4, 3, 2})}) == Dims{4, 6});
  CHECK(shape_of(Reshape({-1}), {Tensor({4, 3, 2})}) == Dims{24});
  CHECK(shape_of(Reshape({2, -1, 3}), {Tensor({4, 3})}) == Dims{2, 2, 3});
  CHECK(shape_of(Reshape({0, 7}), {Tensor({3, 0})}) == Dims{0, 7});
}

/// The equation with a * for every dimension that may not be cut: their letters are arbitrary.
static std::string cuts_of(const Dims& from, const Dims& to) {
  std::string s = equation_of(Reshape(to), {Tensor(from)});
  for (char& letter : s)
    if (letter >= 'A' && letter <= 'Z') letter = '*';
  return s;
}

TEST_CASE("Reshape: groups of dimensions with equal products share the letter of their first one") {
  CHECK(cuts_of({32, 28, 28}, {32, 784}) == "ab*->ab");
  CHECK(cuts_of({32, 784}, {32, 28, 28}) == "ab->ab*");
  CHECK(cuts_of({4, 8, 12, 7}, {4, 8, 2, 42}) == "abc*->abc*");
  CHECK(cuts_of({6, 5}, {6, 1, 5}) == "ab->a1b");
  CHECK(cuts_of({6, 4}, {3, 8}) == "a*->a*");
  CHECK(cuts_of({2, 3, 4, 5}, {6, 20}) == "a*b*->ab");
}

TEST_CASE("Reshape: another number of elements") {
  CHECK(says(finding_of(Reshape({5, 5}), {Tensor({4, 6})}), Mistake::reshape_of_other_size, 0, 0,
             24, 25));
  CHECK(says(finding_of(Reshape({5, -1}), {Tensor({4, 6})}), Mistake::reshape_of_other_size, 0, 0,
             24, 20));
  CHECK(finding_of(Reshape({-1, -1}), {Tensor({4, 6})}).mistake == Mistake::reshape_of_other_size);
  CHECK(finding_of(Reshape({-2, -12}), {Tensor({4, 6})}).mistake == Mistake::reshape_of_other_size);
  CHECK(finding_of(Reshape({-1, 0}), {Tensor({4, 6})}).mistake == Mistake::reshape_of_other_size);
}
