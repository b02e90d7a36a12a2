// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An operator as an object that is called, and that may be told its strategy:
///   MatMul multiply;  multiply.shard({{2, 1}, {1, 2}});  auto y = multiply(x, w);
/// `y` is a node of the graph where x and w are (network/graph.hpp), or a typed tensor where they
/// are such (run/tensor.hpp): whoever owns the operands' type says what applying means.
#include <utility>

#include <tenon/network/graph.hpp>

namespace tenon {

template <class Derived>
struct Operation {
  Splits splits;
  std::string_view layer, part;  // its name within a layer
  Index pipeline_stage = -1;     // -1: its layer's; without one where its operands are

  /// Cuts the inputs, one split each; and the output, if its sums are to be scattered.
  constexpr Derived& shard(std::initializer_list<Dims> inputs, const Dims& output = {}) {
    splits = Splits(inputs, output);
    return static_cast<Derived&>(*this);
  }
  /// This operator under the name layer.part; the letters are not copied: give literals.
  constexpr Derived named(std::string_view owner, std::string_view own) const {
    Derived copy = static_cast<const Derived&>(*this);
    copy.layer = owner;
    copy.part = own;
    return copy;
  }
  /// This operator, in a layer's stage where it has none of its own.
  constexpr Derived in_stage(Index of_layer) const {
    Derived copy = static_cast<const Derived&>(*this);
    if (pipeline_stage == -1) copy.pipeline_stage = of_layer;
    return copy;
  }
  constexpr auto operator()(const auto&... operands) const
      -> decltype(apply(std::declval<const Derived&>(), operands...)) {
    return apply(static_cast<const Derived&>(*this), operands...);
  }
  /// The call with a strategy given as a type:  matmul.shard<Strategy<Split<2, 1>, Split<1, 2>>>(x,
  /// w).
  template <class Strategy>
  constexpr auto shard(const auto&... operands) const {
    return apply_with<Strategy>(static_cast<const Derived&>(*this), operands...);
  }
};

template <class Derived, class... Values>
requires(std::is_same_v<Values, Value>&&...) constexpr Value
    apply(const Derived& operation, Value first, Values... rest) {
  const std::string_view part = operation.part.empty() ? Derived::info.name : operation.part;
  return record(*first.graph, Derived::info, operation.layer, part, {first, rest...},
                operation.attributes(), operation.splits, operation.pipeline_stage);
}

}  // namespace tenon
