// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/matmul.hpp>
#include <tenon/network/operators/one_hot.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/run/tensor_operators.hpp>

#include <tenon/backend/reference.hpp>
#include <tenon/comm/mpi.hpp>

#include "mpi.hpp"

using namespace tenon;

namespace {

/// Whether the slice is that of value(at), everywhere.
bool is(const auto& x, auto&& value) {
  std::size_t i = 0;
  auto copy = x;
  copy.fill([&](const Dims& at) { return value(at); });
  for (float wanted : copy.slice())
    if (x.slice()[i++] != wanted) return false;
  return true;
}

float a(const Dims& at) { return float((at[0] * 7 + at[1] * 3) % 11 - 5); }
float b(const Dims& at) { return float((at[0] * 5 + at[1] * 2) % 7 - 3); }
float product_of(const Dims& at, Index inner) {
  float sum = 0;
  for (Index k = 0; k < inner; ++k) sum += a({at[0], k}) * b({k, at[1]});
  return sum;
}

}  // namespace

MPI_TEST_CASE("typed tensors: a product of rows and columns needs no exchange", 4) {
  Ranks ranks(world, Reference{});
  using Matrix = DeviceMatrix<2, 2>;
  Tensor<float, Shape<6, 9>, Layout<Matrix, TensorMap<1, -1>>> x(ranks);
  Tensor<float, Shape<9, 5>, Layout<Matrix, TensorMap<-1, 0>>> w(ranks);
  x.fill(a), w.fill(b);
  const auto y = matmul(x, w);
  CHECK(y.distribution == whole({6, 5}).cut(0, {{2, 2}}).cut(1, {{2, 1}}));
  CHECK(is(y, [](const Dims& at) { return product_of(at, 9); }));
  CHECK(is(relu(y), [](const Dims& at) { return std::max(product_of(at, 9), 0.f); }));
}

MPI_TEST_CASE("typed tensors: a summed dimension that is cut is summed over the ranks", 4) {
  Ranks ranks(world, Reference{});
  using Matrix = DeviceMatrix<2, 2>;
  Tensor<float, Shape<6, 9>, Layout<Matrix, TensorMap<1, 0>>> x(ranks);
  Tensor<float, Shape<9, 5>, Layout<Matrix, TensorMap<0, -1>>> w(ranks);
  x.fill(a), w.fill(b);
  const auto y = matmul(x, w);
  CHECK(y.distribution == whole({6, 5}).cut(0, {{2, 2}}));
  CHECK(is(y, [](const Dims& at) { return product_of(at, 9); }));
}

MPI_TEST_CASE("typed tensors: redistribution keeps every element in its place", 4) {
  Ranks ranks(world, Reference{});
  using Matrix = DeviceMatrix<2, 2>;
  Tensor<float, Shape<7, 5>, Layout<Matrix, TensorMap<1, 0>>> x(ranks);
  x.fill(a);
  const auto y = redistribute<TensorMap<-1, 1>>(x);
  CHECK(y.distribution == whole({7, 5}).cut(1, {{2, 2}}));
  CHECK(is(y, a));
  CHECK(is(redistribute<TensorMap<-1, -1>>(y), a));
  CHECK(is(redistribute<TensorMap<0, 1>>(redistribute<TensorMap<-1, -1>>(y)), a));
}

MPI_TEST_CASE("typed tensors: a strategy in numbers", 4) {
  Ranks ranks(world, Reference{});
  using Matrix = DeviceMatrix<2, 2>;
  Tensor<float, Shape<6, 8>, Layout<Matrix, TensorMap<-1, -1>>> x(ranks);
  Tensor<float, Shape<8, 4>, Layout<Matrix, TensorMap<-1, -1>>> w(ranks);
  x.fill(a), w.fill(b);
  const auto y = matmul.shard<Strategy<Split<2, 2>, Split<2, 1>>>(x, w);
  CHECK(is(y, [](const Dims& at) { return product_of(at, 8); }));
  CHECK(y.distribution.parts(0) == 2);
}

MPI_TEST_CASE("typed tensors: on another number of ranks there is none", 2) {
  Ranks ranks(world, Reference{});
  CHECK_THROWS_AS((Tensor<float, Shape<4, 4>, Layout<DeviceMatrix<3>, TensorMap<0, -1>>>(ranks)),
                  Error);
}

MPI_TEST_CASE("typed tensors: an operator of indices gives floats", 2) {
  Ranks ranks(world, Reference{});
  Tensor<std::int32_t, Shape<5>, Layout<DeviceMatrix<2>, TensorMap<0>>> classes(ranks);
  classes.fill([](const Dims& at) { return (at[0] * 3) % 4; });
  const auto y = operate<OneHot, Index(4)>(classes);
  CHECK(y.distribution == whole({5, 4}).cut(0, {{2, 1}}));
  CHECK(is(y, [](const Dims& at) { return (at[0] * 3) % 4 == at[1] ? 1.f : 0.f; }));
}
