// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators on typed tensors: matmul(x, w), relu(x), operate<ReduceSum, Dims{-1}>(x),
/// matmul.shard<Strategy<Split<2, 1>, Split<1, 2>>>(x, w), redistribute<Split<1, tp>>(y).
#include <tenon/plan/frozen.hpp>
#include <tenon/run/strategy_program.hpp>

namespace tenon {

template <class T>
inline constexpr bool is_tensor = false;
template <class T, class Shape, class... Where>
inline constexpr bool is_tensor<Tensor<T, Shape, Where...>> = true;
template <class T>
concept typed_tensor = is_tensor<std::remove_cvref_t<T>>;

template <class First, class... Rest>
inline constexpr bool operands_have_one_device_matrix =
    (std::is_same_v<typename First::Matrix, typename Rest::Matrix> && ...);

template <class First, class... Rest>
inline constexpr bool operands_are_written_alike =
    (are_written_alike<typename First::Written::cuts, typename Rest::Written::cuts> && ...);

namespace detail {

template <class Program, class Result>
Result run_typed(Ranks& ranks, std::span<const void* const> operands) {
  static_assert(Frozen<Program>::legal);
  Result y(ranks);
  const void* result = ranks.program<Frozen<Program>::plan>().run(operands);
  std::copy_n(static_cast<const typename Result::Value*>(result), y.slice().size(),
              y.slice().begin());
  return y;
}

/// Typed tensors take an operator's attributes as arguments, because the result's type depends on
/// them: an object that has others is refused.
template <class Op>
void check_plain(const Op& operation) {
  static_assert(
      std::is_default_constructible_v<Op>,
      "tenon: give an operator's attributes as arguments: operate<Transpose, Dims{1, 0}>(x)");
  if (!(operation.attributes() == Op{}.attributes()) || operation.splits.stated())
    throw Error(
        "an operator on typed tensors takes its attributes as arguments: operate<MatMul, false, "
        "true>(x, w)");
}

template <class First, class... Rest>
constexpr void check_operands() {
  static_assert(operands_have_one_device_matrix<First, Rest...>,
                "tenon: illegal operands: they lie on different device matrices");
  static_assert(operands_are_written_alike<First, Rest...>,
                "tenon: illegal operands: one is written with Split, one with TensorMap");
}

}  // namespace detail

/// An operator with its attributes: operate<MatMul, false, true>(x, w). Collective over the
/// operands' ranks. Communicates what the operator says; sums are all-reduced.
template <class Op, auto... arguments, typed_tensor First, typed_tensor... Rest>
auto operate(const First& first, const Rest&... rest) {
  detail::check_operands<First, Rest...>();
  using Program = detail::OperatorProgram<Op, std::tuple<First, Rest...>, arguments...>;
  const void* const operands[] = {first.slice().data(), rest.slice().data()...};
  return detail::run_typed<Program, typename Program::ResultTensor>(first.ranks(), operands);
}

/// matmul(x, w): the operator as it is without arguments.
template <class Op, typed_tensor First, typed_tensor... Rest>
auto apply(const Op& operation, const First& first, const Rest&... rest) {
  detail::check_plain(operation);
  return operate<Op>(first, rest...);
}

/// The operator under a strategy in numbers: what does not lie so is redistributed first. The
/// result lies on the operator's own device matrix, repeats at the right: Layout<DeviceMatrix<2, 1,
/// 2, 2>, TensorMap<3, 1>>.
template <class Strategy, class Op, typed_tensor First, typed_tensor... Rest>
auto apply_with(const Op& operation, const First& first, const Rest&... rest) {
  detail::check_plain(operation);
  detail::check_operands<First, Rest...>();
  using Program = detail::StrategyProgram<Op, Strategy, std::tuple<First, Rest...>>;
  const void* const operands[] = {first.slice().data(), rest.slice().data()...};
  return detail::run_typed<Program, typename Program::ResultTensor>(first.ranks(), operands);
}

/// The same tensor under other cuts of the same device matrix. Collective.
template <class Cuts, class T, class Shape, class... Where>
auto redistribute(const Tensor<T, Shape, Where...>& x) {
  using From = Tensor<T, Shape, Where...>;
  using To = typename From::Written::template tensor<T, Shape, Cuts, Tensor>;
  const void* const operands[] = {x.slice().data()};
  return detail::run_typed<detail::Redistribution<From, To>, To>(x.ranks(), operands);
}

}  // namespace tenon
