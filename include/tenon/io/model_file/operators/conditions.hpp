// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Conditions, of which masks are made: of what is known before running they are computed; else
/// they are floats, 0 and 1.
///   Where(Equal(shape, -1), ones, shape), Where(Less(mask, one), lowest, scores)
#include <functional>

#include <tenon/io/model_file/operators/as_floats.hpp>
#include <tenon/io/model_file/operators/known_lists.hpp>

namespace tenon::detail {

/// f(a, b, c) of all elements of these inputs, broadcast to each other, if all are known; none
/// where these are too many: then the node is recorded.
inline std::optional<Known> known_elements(const SourceNode& at, const Vector<int, 3>& inputs,
                                           Element element, auto&& f) {
  if (!at.is_folding()) return {};
  Vector<const Known*, 3> of;
  Operands shapes;
  for (int i : inputs) {
    of.push_back(&known_operand(at, i));
    shapes.shapes.push_back(of.back()->shape);
    shapes.elements.push_back(Element::float64);
  }
  const Result result = infer_binary<Alignment::last>(shapes);
  const auto size = size_in_bytes(result.shape, Element::float64);
  if (result.finding) at.fail(text(result.finding, {}));
  if (!size || *size > most_known * Index(sizeof(double))) return {};
  Known made{element, result.shape, std::vector<double>(std::size_t(product(result.shape))), false};
  for (std::size_t i = 0; i < made.values.size(); ++i) {
    double numbers[3] = {};
    for (int k = 0; k < of.size(); ++k) {
      Index rest = Index(i), place = 0, step = 1;
      const Dims& own = of[k]->shape;
      for (int d = result.shape.size() - 1; d >= 0; --d) {
        const int mine = d - result.shape.size() + own.size();
        if (mine >= 0 && own[mine] != 1) place += rest % result.shape[d] * step;
        if (mine >= 0) step *= own[mine];
        rest /= result.shape[d];
      }
      numbers[k] = of[k]->values[std::size_t(place)];
    }
    made.values[i] = f(numbers[0], numbers[1], numbers[2]);
  }
  return made;
}

/// Op(a, b), or (`turned`) Op(b, a). What is known is computed.
template <class Op, class Compare, bool turned = false>
void record_comparison(const SourceNode& at) {
  const auto holds = [](double a, double b, double) { return Compare()(a, b) ? 1.0 : 0.0; };
  if (auto known = known_elements(at, {0, 1}, Element::boolean, holds))
    return at.result(std::move(*known));
  const auto of = compared(at);
  at.condition(at.record(Op(), {of[turned], of[!turned]}));
}

/// 1 - x, of 0 and 1.
inline Value inverted(const SourceNode& at, Value x) {
  return at.record(Sub(), {at.number("one", 1, x.element()), x});
}
inline void record_not(const SourceNode& at) {
  const auto turned = [](double a, double, double) { return a == 0 ? 1.0 : 0.0; };
  if (auto known = known_elements(at, {0}, Element::boolean, turned))
    return at.result(std::move(*known));
  at.condition(inverted(at, as_floats(at, 0)));
}
inline void record_not_equal(const SourceNode& at) {
  const auto differ = [](double a, double b, double) { return a != b ? 1.0 : 0.0; };
  if (auto known = known_elements(at, {0, 1}, Element::boolean, differ))
    return at.result(std::move(*known));
  const auto of = compared(at);
  at.condition(inverted(at, at.record(Equal(), {of[0], of[1]}, "equal")));
}
/// NaN alone does not equal itself.
inline void record_is_nan(const SourceNode& at) {
  const Value x = at.operand(0);
  at.condition(inverted(at, at.record(Equal(), {x, x}, "equal")));
}

inline constexpr SourceOperator condition_operators[] = {
    {"Equal", "Equal", &record_comparison<Equal, std::equal_to<>>},
    {"Greater", "Greater", &record_comparison<Greater, std::greater<>>},
    {"Less", "Less", &record_comparison<Greater, std::less<>, true>},
    {"GreaterOrEqual", "GreaterEqual", &record_comparison<GreaterEqual, std::greater_equal<>>},
    {"LessOrEqual", "LessEqual", &record_comparison<GreaterEqual, std::less_equal<>, true>},
    {"And", "LogicalAnd", &record_comparison<Mul, std::logical_and<>>},
    {"Or", "LogicalOr", &record_comparison<Maximum, std::logical_or<>>},
    {"Not", "LogicalNot", &record_not},
    {"", "NotEqual", &record_not_equal},
    {"IsNaN", "IsNan", &record_is_nan},
};

}  // namespace tenon::detail
