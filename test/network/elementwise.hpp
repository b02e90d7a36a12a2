// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What holds for every operator that works element by element.
#include "law.hpp"

namespace tenon::test {

/// y[i] = f(x[i]) on every shape; the equation has one letter a dimension.
inline void check_unary(const auto& operation, auto&& f) {
  Random random(1);
  for (const Dims& shape :
       {Dims{}, Dims{1}, Dims{17}, Dims{3, 5}, Dims{2, 0, 4}, Dims{2, 3, 4, 5}}) {
    const Tensor x = random.numbers(shape);
    check_law(operation, {x}, tensor(shape, [&](const Dims& at) { return f(x[at]); }));
    check_equation(operation, {x});
  }
  CHECK(equation_of(operation, {Tensor({4, 5, 6})}) == "abc->abc");
  CHECK(equation_of(operation, {Tensor(Dims{})}) == "->");
  CHECK(says(finding_of(operation, {of(Element::int32, {3})}), Mistake::other_element, 0));
  const double x = 0.7;
  CHECK(std::abs(operation.info.scalar(x) - f(x)) < 1e-15);
  CHECK(std::abs(operation.info.scalar(float(x)) - f(double(float(x)))) < 1e-7);
}

/// y[i] = f(a[i], b[i]), aligned at the last dimension; a dimension of size one is repeated.
inline void check_binary(const auto& operation, auto&& f, bool positive = false) {
  Random random(2);
  for (int times = 0; times < 60; ++times) {
    const Dims shape = random.shape(int(random.between(0, 4)), 4);
    const auto operand = [&] {  // the last dimensions of the result, some of size one
      Dims dims;
      for (int d = int(random.between(0, shape.size())); d < shape.size(); ++d)
        dims.push_back(random.between(0, 3) ? shape[d] : 1);
      Tensor t = random.numbers(dims);
      for (double& x : t.values) x = positive ? std::abs(x) + 0.125 : x;
      return t;
    };
    const Tensor a = operand(), b = operand();
    Dims result;
    for (int d = 0; d < std::max(a.shape.size(), b.shape.size()); ++d) {
      const auto size = [&](const Tensor& t) {
        const int own = d + t.shape.size() - std::max(a.shape.size(), b.shape.size());
        return own < 0 ? 1 : t.shape[own];
      };
      result.push_back(std::max(size(a), size(b)));
    }
    check_law(operation, {a, b},
              tensor(result, [&](const Dims& at) { return f(a.aligned(at), b.aligned(at)); }));
    check_equation(operation, {a, b});
  }
  CHECK(shape_of(operation, {Tensor({0, 3}), Tensor({3})}) == Dims{0, 3});
  CHECK(law(operation, {Tensor({0, 3}), Tensor({1, 3})}).values.empty());

  CHECK(equation_of(operation, {Tensor({4, 5}), Tensor({4, 5})}) == "ab,ab->ab");
  CHECK(equation_of(operation, {Tensor({4, 5}), Tensor({5})}) == "ab,b->ab");
  CHECK(equation_of(operation, {Tensor({4, 5}), Tensor({1, 5})}) == "ab,a'b->ab");
  CHECK(equation_of(operation, {Tensor({5}), Tensor({3, 4, 1})}) == "c,abc'->abc");
  CHECK(equation_of(operation, {Tensor({4, 1}), Tensor({4, 1})}) == "ab,ab->ab");

  CHECK(says(finding_of(operation, {Tensor({4, 5}), Tensor({6})}), Mistake::sizes_differ, -1, 'b',
             5, 6));
  CHECK(says(finding_of(operation, {Tensor({7, 4, 1}), Tensor({3, 5})}), Mistake::sizes_differ, -1,
             'b', 4, 3));
  CHECK(says(finding_of(operation, {Tensor({3}), of(Element::float64, {3})}),
             Mistake::other_element, 1));
  CHECK(says(finding_of(operation, {of(Element::int64, {3}), Tensor({3})}), Mistake::other_element,
             0));
}

/// y[n,c,...] = f(x[n,c,...], w[c]).
inline void check_channel(const auto& operation, auto&& f) {
  Random random(3);
  for (const Dims& shape : {Dims{4, 5}, Dims{2, 3, 4}, Dims{2, 1, 3}, Dims{1, 4, 2, 3}, Dims{0, 3}})
    for (const bool one : {false, true}) {  // a w of one element serves every channel
      const Tensor x = random.numbers(shape), w = random.numbers({one ? 1 : shape[1]});
      check_law(operation, {x, w},
                tensor(shape, [&](const Dims& at) { return f(x[at], w[{one ? 0 : at[1]}]); }));
      check_equation(operation, {x, w});
    }
  CHECK(equation_of(operation, {Tensor({4, 5, 6}), Tensor({5})}) == "abc,b->abc");
  CHECK(equation_of(operation, {Tensor({4, 5}), Tensor({1})}) == "ab,b'->ab");
  CHECK(says(finding_of(operation, {Tensor({4, 5, 6}), Tensor({6})}), Mistake::sizes_differ, -1,
             'b', 5, 6));
  CHECK(says(finding_of(operation, {Tensor({4}), Tensor({4})}), Mistake::other_rank, 0, 0, 1, 2));
  CHECK(says(finding_of(operation, {Tensor({4, 5}), Tensor({4, 5})}), Mistake::other_rank, 1, 0, 2,
             1));
  CHECK(says(finding_of(operation, {Tensor({4, 5}), of(Element::int32, {5})}),
             Mistake::other_element, 1));
}

}  // namespace tenon::test
