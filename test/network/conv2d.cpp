// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/conv2d.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

/// Every element of x goes where a kernel meets it: the sum the other way round.
static Tensor scattered(const Conv2d& c, const Tensor& x, const Tensor& w, const Dims& shape) {
  Tensor y(shape);
  const Index inputs = w.shape[1], outputs = w.shape[0] / c.groups;
  for_each_place(w.shape, [&](const Dims& k) {
    for_each_place(x.shape, [&](const Dims& at) {
      if (at[1] != k[0] / outputs * inputs + k[1]) return;
      const Index down = at[2] + c.border.top - k[2] * c.dilation.height;
      const Index across = at[3] + c.border.left - k[3] * c.dilation.width;
      if (down < 0 || across < 0 || down % c.stride.height || across % c.stride.width) return;
      const Dims to{at[0], k[0], down / c.stride.height, across / c.stride.width};
      if (to[2] < shape[2] && to[3] < shape[3]) y[to] += x[at] * w[k];
    });
  });
  return y;
}

static Index places(Index size, Index border, Index kernel, Index dilation, Index stride) {
  Index n = 0;
  while (n * stride + dilation * (kernel - 1) < size + border) ++n;
  return n;
}

TEST_CASE("Conv2d: y[n,o,p,q] = sum over c, k and l of x[n, c, p s + k d, q s + l d] w[o,c,k,l]") {
  Random random(21);
  for (int times = 0; times < 120; ++times) {
    const Index groups = random.between(0, 2) ? 1 : random.between(1, 3);
    const Index inputs = random.between(1, 3), outputs = random.between(1, 3);
    const Conv2d c(
        {random.between(1, 3), random.between(1, 3)},
        {random.between(0, 2), random.between(0, 2), random.between(0, 2), random.between(0, 2)},
        {random.between(1, 2), random.between(1, 2)}, groups);
    const Tensor w =
        random.numbers({groups * outputs, inputs, random.between(1, 3), random.between(1, 3)});
    const Tensor x = random.numbers(
        {random.between(0, 3), groups * inputs, random.between(5, 7), random.between(5, 7)});
    const Dims shape{x.shape[0], w.shape[0],
                     places(x.shape[2], c.border.top + c.border.bottom, w.shape[2],
                            c.dilation.height, c.stride.height),
                     places(x.shape[3], c.border.left + c.border.right, w.shape[3],
                            c.dilation.width, c.stride.width)};
    CHECK(shape_of(c, {x, w}) == shape);
    check_law(c, {x, w}, scattered(c, x, w, shape));
    check_equation(c, {x, w});
  }
}

TEST_CASE("Conv2d: no channel gives zeros, and a picture of nothing only its border") {
  const Tensor y = law(Conv2d{}, {Tensor({2, 0, 3, 3}), Tensor({4, 0, 2, 2})});
  CHECK(y.shape == Dims{2, 4, 2, 2});
  for (double value : y.values) CHECK(value == 0);
  CHECK(law(Conv2d({1, 1}, {1, 1, 1, 1}), {Tensor({1, 1, 0, 0}), Tensor({1, 1, 2, 2})}).shape ==
        Dims{1, 1, 1, 1});
}

TEST_CASE("Conv2d: a bias along the channels, then the activation") {
  Random random(22);
  const Tensor x = random.numbers({2, 3, 4, 5}), w = random.numbers({4, 3, 2, 2}),
               b = random.numbers({4});
  const Tensor plain = law(Conv2d{}, {x, w});
  const Scalar halved{[](float v) { return v / 2; }, [](double v) { return v / 2; }};
  std::vector<double> values[3], y(plain.values.size());
  KernelCall call;
  const Tensor* inputs[] = {&x, &w, &b};
  for (int i = 0; i < 3; ++i) {
    values[i] = inputs[i]->values;
    call.inputs.push_back({values[i].data(), whole_box(inputs[i]->shape), Element::float64});
  }
  call.output = {y.data(), whole_box(plain.shape), Element::float64};
  call.attributes = Conv2d{}.attributes();
  call.bias = true, call.activation = &halved;
  Conv2d::info.law(Element::float64)(call);
  std::size_t i = 0;
  for_each_place(plain.shape, [&](const Dims& at) {
    CHECK(y[i++] == doctest::Approx((plain[at] + b[{at[1]}]) / 2).epsilon(1e-14));
  });
}

TEST_CASE("Conv2d: batch and channels may be cut, height and width not") {
  const Tensor x({2, 6, 8, 8});
  CHECK(equation_of(Conv2d{}, {x, Tensor({4, 6, 3, 3})}) == "ncHW,ocHW->no11");
  CHECK(equation_of(Conv2d({}, {}, {}, 2), {x, Tensor({4, 3, 3, 3})}) == "nCHW,O1HW->nO11");
  CHECK(equation_of(Conv2d({}, {}, {}, 6), {x, Tensor({12, 1, 3, 3})}) == "ncHW,c1HW->nc11");
  const Operands o = operands(Conv2d{}, {x, Tensor({4, 6, 3, 3})});
  const Placement p = place(Conv2d::info.equation(o), o.shapes, {2, 4, 6, 6},
                            Splits{{2, 3, 1, 1}, {2, 3, 1, 1}}, 12);
  REQUIRE(!p.finding);
  CHECK(p.output.summands() == 3);
  CHECK(p.output.parts(0) == 2);
  CHECK(p.output.parts(1) == 2);
  CHECK(says(
      place(Conv2d::info.equation(o), o.shapes, {2, 4, 6, 6}, Splits{{1, 1, 2, 1}, {1, 1, 1, 1}}, 2)
          .finding,
      Mistake::whole_dimension_cut, 0, 'H', 2));
  CHECK(says(
      place(Conv2d::info.equation(o), o.shapes, {2, 4, 6, 6}, Splits{{1, 1, 1, 1}, {1, 1, 1, 3}}, 3)
          .finding,
      Mistake::whole_dimension_cut, 1, 'W', 3));
}

TEST_CASE("Conv2d: what does not meet") {
  const Tensor x({2, 6, 8, 8});
  CHECK(says(finding_of(Conv2d{}, {Tensor({6, 8, 8}), Tensor({4, 6, 3, 3})}), Mistake::other_rank,
             0, 0, 3, 4));
  CHECK(says(finding_of(Conv2d{}, {x, Tensor({4, 6})}), Mistake::other_rank, 1, 0, 2, 4));
  CHECK(
      says(finding_of(Conv2d{}, {x, Tensor({4, 5, 3, 3})}), Mistake::sizes_differ, -1, 'c', 6, 5));
  CHECK(says(finding_of(Conv2d({}, {}, {}, 2), {x, Tensor({4, 6, 3, 3})}), Mistake::sizes_differ,
             -1, 'c', 3, 6));
  CHECK(says(finding_of(Conv2d({}, {}, {}, 4), {x, Tensor({4, 1, 3, 3})}), Mistake::sizes_differ,
             -1, 'c', 6, 4));
  CHECK(says(finding_of(Conv2d({}, {}, {}, 3), {x, Tensor({4, 2, 3, 3})}), Mistake::sizes_differ,
             -1, 'o', 4, 3));
  CHECK(says(finding_of(Conv2d({}, {}, {}, 0), {x, Tensor({4, 6, 3, 3})}),
             Mistake::number_too_small, 1, 0, 0, 1));
  CHECK(says(finding_of(Conv2d{}, {x, Tensor({4, 6, 3, 9})}), Mistake::window_does_not_fit, 0, 'W',
             9, 8));
  CHECK(says(finding_of(Conv2d({1, 0}), {x, Tensor({4, 6, 3, 3})}), Mistake::number_too_small, 0,
             'W', 0, 1));
  CHECK(says(finding_of(Conv2d{}, {x, of(Element::float64, {4, 6, 3, 3})}), Mistake::other_element,
             1));
}
