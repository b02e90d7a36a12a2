// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The plan of one operator on typed tensors under a strategy in numbers, and its result's type:
///   ((2,1),(1,2)) on 8 ranks: Layout<DeviceMatrix<2, 1, 2, 2>, TensorMap<3, 1>>
#include <tenon/run/tensor_program.hpp>

namespace tenon::detail {

template <class Cuts>
inline constexpr Dims split_numbers{};
template <auto... cuts>
inline constexpr Dims split_numbers<Split<cuts...>>{Index(cuts)...};
template <class Strategy>
inline constexpr Splits strategy_splits{};
template <class... Splits_>
inline constexpr Splits strategy_splits<Strategy<Splits_...>>{split_numbers<Splits_>...};

/// The operator under a strategy in numbers of parts.
template <class Op, class Strategy, class Operand>
struct StrategyProgram {
  using Facts = OperatorFacts<Op, Operand>;
  static constexpr Splits splits = strategy_splits<Strategy>;
  static constexpr Equation equation =
      Facts::result.finding ? Equation{} : Op::info.equation(Facts::operands(splits));
  static constexpr Arrangement arrangement = Facts::result.finding
                                                 ? Arrangement{Facts::result.finding, {}, {}}
                                                 : arrange(equation, splits, Facts::devices);
  static constexpr Axes matrix =
      arrangement.finding ? Axes{Facts::devices} : arrangement.device_matrix();

  static constexpr Index map_value(int d) {
    const char letter = equation.outputs[0][d].letter;
    return arrangement.finding || !letter ? -1 : matrix.size() - 1 - arrangement.axis(letter);
  }
  template <int... i>
  static auto device_matrix(std::integer_sequence<int, i...>) -> DeviceMatrix<matrix[i]...>;
  template <int... d>
  static auto tensor_map(std::integer_sequence<int, d...>) -> TensorMap<map_value(d)...>;
  using ResultTensor = Tensor<typename Facts::ResultValue, typename Facts::ResultShape,
                              Layout<decltype(device_matrix(Counting<matrix.size()>{})),
                                     decltype(tensor_map(Counting<Facts::result.shape.size()>{}))>>;

  static constexpr Plan make() {
    return Facts::make(splits, Facts::result.finding ? Distribution{} : ResultTensor::distribution);
  }
};

}  // namespace tenon::detail
