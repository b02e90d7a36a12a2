// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/matmul.hpp>
#include <tenon/network/operators/relu.hpp>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

static Dims exchanged(Dims shape, bool last_two) {
  const int n = shape.size();
  if (last_two) std::swap(shape[n - 1], shape[n - 2]);
  return shape;
}

/// The sum, an element at a time.
static Tensor product_of(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b,
                         const Dims& result, Index inner) {
  return tensor(result, [&](const Dims& at) {
    const int n = at.size();
    double sum = 0;
    for (Index k = 0; k < inner; ++k) {
      Dims in_a = at, in_b = at;
      in_a[n - 1] = k, in_b[n - 2] = k;
      sum += a.aligned(exchanged(in_a, transpose_a)) * b.aligned(exchanged(in_b, transpose_b));
    }
    return sum;
  });
}

TEST_CASE("MatMul: C[b,m,n] = sum over k of A[b,m,k] B[b,k,n], either operand transposed") {
  Random random(6);
  for (int times = 0; times < 200; ++times) {
    const bool transpose_a = random.between(0, 1), transpose_b = random.between(0, 1);
    const Index m = random.between(2, 5), k = random.between(2, 6), n = random.between(2, 5);
    const Dims batch = random.shape(int(random.between(0, 3)), 3);
    const auto batch_of_one_operand = [&](bool all) {  // its last ones, some of size one
      Dims dims;
      for (int d = all ? 0 : int(random.between(0, batch.size())); d < batch.size(); ++d)
        dims.push_back(all || random.between(0, 2) ? batch[d] : 1);
      return dims;
    };
    Dims a = batch_of_one_operand(times % 2), b = batch_of_one_operand(!(times % 2)), c = batch;
    a.push_back(m), a.push_back(k), b.push_back(k), b.push_back(n), c.push_back(m), c.push_back(n);
    const Tensor x = random.numbers(exchanged(a, transpose_a)),
                 w = random.numbers(exchanged(b, transpose_b));
    check_law(MatMul(transpose_a, transpose_b), {x, w},
              product_of(x, w, transpose_a, transpose_b, c, k));
    check_equation(MatMul(transpose_a, transpose_b), {x, w});
  }
}

TEST_CASE("MatMul: of empty blocks, an empty sum is zero") {
  CHECK(law(MatMul{}, {Tensor({3, 0}), Tensor({0, 4})}).values == std::vector<double>(12));
  CHECK(law(MatMul{}, {Tensor({0, 3}), Tensor({3, 4})}).shape == Dims{0, 4});
  CHECK(law(MatMul{}, {Tensor({3, 2}), Tensor({2, 0})}).shape == Dims{3, 0});
  CHECK(law(MatMul{}, {Tensor({0, 2, 3}), Tensor({3, 4})}).shape == Dims{0, 2, 4});
}

TEST_CASE("MatMul: a fused bias is added to every row, then the activation is applied") {
  float x[] = {1, 2, 3, 4}, w[] = {1, -1, 0, 1, -2, 1}, bias[] = {10, -20, 0.5}, y[6];
  KernelCall call;
  call.inputs = {{x, whole_box({2, 2})}, {w, whole_box({2, 3})}, {bias, whole_box({3})}};
  call.output = {y, whole_box({2, 3})};
  call.attributes = MatMul{}.attributes();
  call.bias = true;
  MatMul::info.law.of_float(call);
  // x w is {3, -5, 2}, {7, -11, 4}
  CHECK(std::vector<float>(y, y + 6) == std::vector<float>{13, -25, 2.5, 17, -31, 4.5});
  call.activation = &ReLU::info.scalar;
  MatMul::info.law.of_float(call);
  CHECK(std::vector<float>(y, y + 6) == std::vector<float>{13, 0, 2.5, 17, 0, 4.5});
}

TEST_CASE("MatMul: its equation names batch, m, k and n") {
  const Tensor x({4, 6}), w({6, 5});
  CHECK(equation_of(MatMul{}, {x, w}) == "mk,kn->mn");
  CHECK(equation_of(MatMul(true), {Tensor({6, 4}), w}) == "km,kn->mn");
  CHECK(equation_of(MatMul(false, true), {x, Tensor({5, 6})}) == "mk,nk->mn");
  CHECK(equation_of(MatMul{}, {Tensor({2, 3, 4, 6}), w}) == "abmk,kn->abmn");
  CHECK(equation_of(MatMul{}, {Tensor({3, 4, 6}), Tensor({2, 1, 6, 5})}) == "bmk,ab'kn->abmn");
  CHECK(equation_of(MatMul{}, {Tensor({1, 4, 6}), Tensor({1, 6, 5})}) == "amk,akn->amn");
}

TEST_CASE("MatMul: both inputs cut alike over all devices means blocks of all three matrices") {
  MatMul multiply;
  multiply.shard({{2, 4}, {2, 4}});
  Operands o = operands(multiply, {Tensor({8, 8}), Tensor({8, 8})});
  o.devices = 8;
  const Placement p = place(MatMul::info.equation(o), o.shapes, {8, 8}, o.splits, 8);
  REQUIRE(!p.finding);
  for (Index rank = 0; rank < 8; ++rank) {  // the rows of A and columns of B that C's block needs
    CHECK(p.output.box(rank) ==
          Box{{rank / 4 * 4, rank / 4 * 4 + 4}, {rank % 4 * 2, rank % 4 * 2 + 2}});
    CHECK(p.inputs[0].box(rank) == Box{p.output.box(rank)[0], {0, 8}});
    CHECK(p.inputs[1].box(rank) == Box{{0, 8}, p.output.box(rank)[1]});
  }
  o.devices = 16;  // not over all of them: the shared dimension is cut differently
  CHECK(says(place(MatMul::info.equation(o), o.shapes, {8, 8}, o.splits, 16).finding,
             Mistake::inputs_cut_differently, 1, 'k', 4, 2));
}

TEST_CASE("MatMul: sizes that do not meet") {
  CHECK(says(finding_of(MatMul{}, {Tensor({4, 6}), Tensor({7, 5})}), Mistake::sizes_differ, -1, 'k',
             6, 7));
  CHECK(says(finding_of(MatMul(true), {Tensor({4, 6}), Tensor({6, 5})}), Mistake::sizes_differ, -1,
             'k', 4, 6));
  CHECK(says(finding_of(MatMul{}, {Tensor({2, 4, 6}), Tensor({3, 6, 5})}), Mistake::sizes_differ,
             -1, 'a', 2, 3));
  CHECK(says(finding_of(MatMul{}, {Tensor({6}), Tensor({6, 5})}), Mistake::other_rank, 0, 0, 1, 2));
  CHECK(says(finding_of(MatMul{}, {Tensor({5, 6}), Tensor({6})}), Mistake::other_rank, 1, 0, 1, 2));
  CHECK(says(finding_of(MatMul{}, {Tensor({4, 6}), of(Element::float64, {6, 5})}),
             Mistake::other_element, 1));
}
