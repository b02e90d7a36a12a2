// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What holds for every operator that works along axes.
#include <tenon/network/axes.hpp>

#include "law.hpp"

namespace tenon::test {

/// y[i] = f(line, i) for every line of x along the axes; i counts along the line.
inline Tensor along_lines(const Tensor& x, const Dims& axes, auto&& f) {
  Dims own;  // from the front
  for (Index axis : axes) own.push_back(axis < 0 ? axis + x.shape.size() : axis);
  return tensor(x.shape, [&](const Dims& at) {
    std::vector<double> line;
    std::size_t place = 0;
    for_each_place(x.shape, [&](const Dims& other) {
      bool same = true;
      for (int d = 0; d < at.size(); ++d) same = same && (contains(own, d) || at[d] == other[d]);
      if (other == at) place = line.size();
      if (same) line.push_back(x[other]);
    });
    return f(line, place);
  });
}

/// `make(axes)` is the operator, `f` as above.
inline void check_along(auto&& make, auto&& f) {
  Random random(4);
  struct Case {
    Dims shape, axes;
  };
  for (const auto& [shape, axes] :
       {Case{{7}, {-1}}, Case{{3, 5}, {-1}}, Case{{3, 5}, {0}}, Case{{3, 5}, {-2}},
        Case{{2, 3, 4}, {1}}, Case{{2, 3, 4}, {0, 2}}, Case{{2, 3, 4}, {-1, -2}},
        Case{{2, 3, 2, 3}, {1, -1}}, Case{{2, 1, 3}, {1}}, Case{{0, 3}, {-1}}, Case{{3, 0}, {-1}},
        Case{{2, 3}, {1, 0}}}) {
    const Tensor x = random.numbers(shape);
    check_law(make(axes), {x}, along_lines(x, axes, f));
    check_equation(make(axes), {x});
  }
  CHECK(equation_of(make({-1}), {Tensor({4, 5, 6})}) == "abC->abC");
  CHECK(equation_of(make({0, 1}), {Tensor({4, 5, 6})}) == "ABc->ABc");
  CHECK(says(finding_of(make({2}), {Tensor({4, 5})}), Mistake::no_such_axis, 0, 0, 2, 2));
  CHECK(says(finding_of(make({-3}), {Tensor({4, 5})}), Mistake::no_such_axis, 0, 0, -3, 2));
  CHECK(says(finding_of(make({1, -1}), {Tensor({4, 5})}), Mistake::no_such_axis, 0, 0, -1, 2));
  CHECK(says(finding_of(make({0}), {of(Element::int64, {4})}), Mistake::other_element, 0));
}

}  // namespace tenon::test
