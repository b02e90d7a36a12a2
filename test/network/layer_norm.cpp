// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/layer_norm.hpp>

#include "along.hpp"

using namespace tenon;
using namespace tenon::test;

static Dims last(const Dims& shape, int count) {
  Dims dims;
  for (int d = shape.size() - count; d < shape.size(); ++d) dims.push_back(shape[d]);
  return dims;
}

TEST_CASE("LayerNorm: y = (x - mean) / sqrt(variance + epsilon) * gamma + beta") {
  Random random(5);
  for (const Dims& shape : {Dims{7}, Dims{3, 5}, Dims{2, 3, 4}, Dims{0, 4}, Dims{2, 2, 2, 3}})
    for (int axis = -shape.size(); axis < shape.size(); ++axis)
      for (const double epsilon : {1e-7, 0.5}) {
        Dims axes;
        const int first = axis < 0 ? axis + shape.size() : axis;
        for (int d = first; d < shape.size(); ++d) axes.push_back(d);
        // gamma and beta have x's last dimensions, not more than those that are normalised
        const int own = shape.size() - first;
        const Tensor x = random.numbers(shape), gamma = random.numbers(last(shape, own)),
                     beta = random.numbers(last(shape, int(random.between(1, own))));
        const Tensor normal =
            along_lines(x, axes, [&](const std::vector<double>& line, std::size_t i) {
              double mean = 0, squares = 0;
              for (double value : line) mean += value / double(line.size());
              for (double value : line) squares += value * value / double(line.size());
              return (line[i] - mean) / std::sqrt(squares - mean * mean + epsilon);
            });
        const Tensor expected = tensor(shape, [&](const Dims& at) {
          return normal[at] * gamma.aligned(at) + beta.aligned(at);
        });
        const LayerNorm layer_norm(axis, epsilon);
        if (epsilon > 0.1) check_law(layer_norm, {x, gamma, beta}, expected);
        else CHECK(distance(law(layer_norm, {x, gamma, beta}), expected) < 1e-9);
        check_equation(layer_norm, {x, gamma, beta});
      }
}

TEST_CASE("LayerNorm: the dimensions that are normalised stay whole") {
  const Tensor x({16, 64, 32}), scale({64, 32});
  // the outputs are y, mean and variance
  CHECK(equation_of(LayerNorm(1), {x, scale, scale}) == "aBC,BC,BC->aBC,a11,a11");
  CHECK(equation_of(LayerNorm(), {x, Tensor({32}), Tensor({32})}) == "abC,C,C->abC,ab1,ab1");
}

TEST_CASE("LayerNorm: gamma and beta have x's last sizes") {
  const Tensor x({4, 5});
  CHECK(says(finding_of(LayerNorm(), {x, Tensor({6}), Tensor({5})}), Mistake::sizes_differ, 1, 'b',
             5, 6));
  CHECK(says(finding_of(LayerNorm(), {x, Tensor({5}), Tensor({1})}), Mistake::sizes_differ, 2, 'b',
             5, 1));
  CHECK(says(finding_of(LayerNorm(), {x, Tensor({5}), Tensor({2, 4, 5})}), Mistake::other_rank, 2,
             0, 3, 2));
  CHECK(says(finding_of(LayerNorm(2), {x, Tensor({5}), Tensor({5})}), Mistake::no_such_axis, 0, 0,
             2, 2));
  CHECK(says(finding_of(LayerNorm(), {x, Tensor({5}), of(Element::float64, {5})}),
             Mistake::other_element, 2));
}
