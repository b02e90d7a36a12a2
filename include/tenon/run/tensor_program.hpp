// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The plan of one operator on typed tensors, and the type of its result: the cut of each of its
/// dimensions is that of the operands' dimension with the same letter.
///   matmul of Split<dp, 1> and Split<1, tp>, "mk,kn->mn": Split<dp, tp>
#include <tuple>

#include <tenon/network/operation.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/run/tensor.hpp>

namespace tenon::detail {

/// The entry of a layout's cuts at a dimension, as a type that carries it.
template <auto value>
struct Entry {
  static constexpr auto cut = value;
};
template <int d, auto... cuts>
auto entry_at(Split<cuts...>) -> std::tuple_element_t<std::size_t(d), std::tuple<Entry<cuts>...>>;
template <int d, auto... cuts>
auto entry_at(TensorMap<cuts...>)
    -> std::tuple_element_t<std::size_t(d), std::tuple<Entry<cuts>...>>;

template <int count>
using Counting = std::make_integer_sequence<int, count>;

/// What an operator says of operands of these types.
template <class Op, class Operand, auto... arguments>
struct OperatorFacts;
template <class Op, class... Operand, auto... arguments>
struct OperatorFacts<Op, std::tuple<Operand...>, arguments...> {
  using First = std::tuple_element_t<0, std::tuple<Operand...>>;
  static constexpr Index devices = First::Matrix::devices;

  static constexpr Operands operands(const Splits& splits) {
    return {{Operand::shape...},
            {element_of<typename Operand::Value>...},
            Op(arguments...).attributes(),
            splits,
            devices};
  }
  static constexpr Result result =
      Op::info.takes(sizeof...(Operand))
          ? Op::info.infer(operands({}))
          : Result{{Mistake::other_operands, {}, -1, 0, sizeof...(Operand), Op::info.operands}, {}};
  /// Of an operator on indices alone (OneHot) the result is of floats.
  using ResultValue = std::conditional_t<element_of<typename First::Value> == result.element,
                                         typename First::Value, float>;
  template <int... d>
  static auto shape(std::integer_sequence<int, d...>) -> Shape<result.shape[d]...>;
  using ResultShape = decltype(shape(Counting<result.shape.size()>{}));

  /// The plan: operands as they lie, one node, the result as `given`.
  static constexpr Plan make(const Splits& splits, const Distribution& given) {
    Graph graph;
    PlanOptions options;
    Vector<Value, 4> values;
    const auto add = [&](const Dims& size, Element element, const Distribution& lies) {
      values.push_back({&graph, graph.add({Node::Kind::input,
                                           nullptr,
                                           {},
                                           size,
                                           element,
                                           graph.names.add("operand"),
                                           {},
                                           {}})});
      graph.inputs.push_back(values.back().node);
      options.inputs.push_back(lies);
    };
    (add(Operand::shape, element_of<typename Operand::Value>, Operand::distribution), ...);
    graph.output =
        record(graph, Op::info, Op::info.name, "", values, operands({}).attributes, splits).node;
    options.stay = true;
    options.output = PlanOptions::Output::as_given;
    options.given = given;
    return plan(graph, devices, options);
  }
};

/// The operator where its operands lie.
template <class Op, class Operand, auto... arguments>
struct OperatorProgram;
template <class Op, class... Operand, auto... arguments>
struct OperatorProgram<Op, std::tuple<Operand...>, arguments...> {
  using Facts = OperatorFacts<Op, std::tuple<Operand...>, arguments...>;
  using Written = typename Facts::First::Written;
  static constexpr Equation equation =
      Facts::result.finding ? Equation{} : Op::info.equation(Facts::operands({}));

  /// The operand (first) and dimension (second) that has the letter of the result's dimension; or
  /// -1.
  static constexpr std::pair<int, int> source(int d) {
    const char letter = equation.outputs[0][d].letter;
    for (int i = 0; i < equation.inputs.size(); ++i)
      for (int j = 0; j < equation.inputs[i].size(); ++j)
        if (letter && equation.inputs[i][j].letter == letter && !equation.inputs[i][j].repeated)
          return {i, j};
    return {-1, -1};
  }
  template <int d>
  static constexpr auto cut() {
    constexpr std::pair<int, int> from = source(d);
    if constexpr (from.first < 0) return Written::cuts::whole;
    else
      return decltype(entry_at<from.second>(
          typename std::tuple_element_t<std::size_t(from.first),
                                        std::tuple<Operand...>>::Written::cuts{}))::cut;
  }
  template <template <auto...> class Cuts, int... d>
  static auto cuts(std::integer_sequence<int, d...>) -> Cuts<cut<d>()...>;
  template <template <auto...> class Cuts, auto... any>
  static auto like(Cuts<any...>) -> decltype(cuts<Cuts>(Counting<Facts::result.shape.size()>{}));
  using ResultTensor =
      typename Written::template tensor<typename Facts::ResultValue, typename Facts::ResultShape,
                                        decltype(like(typename Written::cuts{})), Tensor>;

  static constexpr Plan make() {
    return Facts::make({}, Facts::result.finding ? Distribution{} : ResultTensor::distribution);
  }
};

/// From one layout to another of the same device matrix.
template <class From, class To>
struct Redistribution {
  static constexpr Plan make() {
    Graph graph;
    PlanOptions options;
    graph.output = graph.add({Node::Kind::input,
                              nullptr,
                              {},
                              From::shape,
                              element_of<typename From::Value>,
                              graph.names.add("operand"),
                              {},
                              {}});
    graph.inputs.push_back(graph.output);
    options.inputs.push_back(From::distribution);
    options.output = PlanOptions::Output::as_given;
    options.given = To::distribution;
    return plan(graph, From::Matrix::devices, options);
  }
};

}  // namespace tenon::detail
