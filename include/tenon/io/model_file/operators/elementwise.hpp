// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators that work element by element, and those that do nothing in inference.
#include <tenon/io/model_file/data_type.hpp>
#include <tenon/io/model_file/operators/conditions.hpp>

namespace tenon::detail {

/// x/2 (1 + erf(x / sqrt 2)), or the tanh form if the file asks for it.
inline void record_gelu(const SourceNode& at) {
  const Value x = at.operand(0);
  if (!at.is_onnx() || at.words("approximate") == "tanh") return at.result(at.record(GELU(), {x}));
  const auto number = [&](std::string_view part, double n) {
    return at.number(part, n, x.element());
  };
  const Value scaled = at.record(Mul(), {x, number("scale", std::sqrt(0.5))}, "scaled");
  const Value cumulated = at.record(Erf(), {scaled}, "erf");
  const Value raised = at.record(Add(), {cumulated, number("one", 1)}, "raised");
  const Value doubled = at.record(Mul(), {x, raised}, "doubled");
  at.result(at.record(Mul(), {doubled, number("half", 0.5)}));
}

/// Between floats of one size nothing is to be done (halves are computed as floats), nor between
/// integers, which are indices; integers become floats.
inline void record_cast(const SourceNode& at) {
  const Index type = at.integer("to", 1, 0);
  const auto to = at.is_onnx() ? element_of_data_type(type, ModelFormat::onnx)
                               : element_of_type_number(type);
  if (at.is_folding()) {
    Known known = *at.known(0);
    known.element = to.value_or(known.element);
    for (double& value : known.values) value = rounded(value, known.element);
    return at.result(std::move(known));
  }
  const auto kind = [](Element element) {
    return Known::is_integer(element) ? 0 : element == Element::float64 ? 2 : 1;
  };
  const bool is_index = at.element(0) == Element::int32 || at.element(0) == Element::int64;
  if (to == Element::boolean) {  // which is a float here: of NaN 1
    const Value x = as_floats(at, 0);
    const Value none = at.record(Equal(), {x, at.number("zero", 0, x.element())}, "none");
    return at.condition(inverted(at, none));
  }
  const bool is_bool = at.element(0) == Element::boolean;  // that the network is given: refused
  if (to && kind(*to) != 0 && (is_bool || constant_integers(at, 0)))
    return at.result(as_floats(at, 0, kind(*to) == 2 ? Element::float64 : Element::float32));
  if (is_index && to && kind(*to) == 1) return at.result(at.record(Cast(), {at.operand(0)}));
  if (to && kind(*to) == 1 && at.is_condition(0)) return at.pass();  // 0 and 1 of any precision
  if (to && kind(*to) == 0 && is_floating(at.element(0)))
    at.fail(sentence("from ", text(at.element(0)), " to ", text(*to), ", which is not supported",
                     at.is_condition(0) ? ": a condition is a float here, 0 and 1" : "",
                     "; legal: to a floating type"));
  if (!to || kind(*to) != kind(at.element(0)) || (kind(*to) == 0 && !is_index))
    at.fail(sentence("from ", text(at.element(0)), " to ", to ? text(*to) : "an unknown type",
                     ", which is not supported; legal: from one floating type to another of single "
                     "precision or less, from int32 or int64 to these, from int32 to int64"));
  at.pass();
}

inline void record_dropout(const SourceNode& at) {
  if (at.is_onnx() && at.has(2) && at.integer("training_mode", 2, 0) != 0)
    at.fail("it is in training mode; legal: an export for inference");
  at.pass();
}

inline void record_identity(const SourceNode& at) {
  if (at.is_folding()) at.result(Known(*at.known(0)));
  else at.pass();
}

/// -x and 1/x.
inline void record_negative(const SourceNode& at) {
  const Value x = at.operand(0);
  at.result(at.record(Mul(), {x, at.number("minus_one", -1, x.element())}));
}
inline void record_reciprocal(const SourceNode& at) {
  const Value x = at.operand(0);
  at.result(at.record(Div(), {at.number("one", 1, x.element()), x}));
}

/// Op(Op(a, b), c) of any number of operands.
template <class Op>
Value joined(const SourceNode& at, std::string_view last = {}) {
  Value y = at.operand(0);
  for (int i = 1; i < at.inputs(); ++i) {
    const bool is_last = i + 1 == at.inputs();
    y = at.record(Op(), {y, at.operand_like(i, y.element())},
                  is_last ? std::string(last) : sentence("of", i + 1));
  }
  return y;
}
template <class Op>
void record_joined(const SourceNode& at) {
  if (at.inputs() == 1) return at.pass();
  if (at.inputs() == 2) return record_binary<Op>(at);
  at.result(joined<Op>(at));
}
inline void record_mean(const SourceNode& at) {
  if (at.inputs() == 1) return at.pass();
  const Value sum = joined<Add>(at, "sum");
  at.result(at.record(Div(), {sum, at.number("count", at.inputs(), sum.element())}));
}

inline void record_square(const SourceNode& at) {
  const Value x = at.operand(0);
  at.result(at.record(Mul(), {x, x}));
}
/// 1/sqrt(x)
inline void record_rsqrt(const SourceNode& at) {
  const Value x = at.operand(0), root = at.record(Sqrt(), {x}, "root");
  at.result(at.record(Div(), {at.number("one", 1, x.element()), root}));
}

inline constexpr SourceOperator elementwise_operators[] = {
    {"Add", "Add", &record_binary<Add>},
    {"Sub", "Sub", &record_binary<Sub>},
    {"Mul", "Mul", &record_binary<Mul>},
    {"Div", "Div", &record_binary<Div>},
    {"", "RealDiv", &record_binary<Div>},
    {"", "Adds", &record_binary<Add>},
    {"", "Subs", &record_binary<Sub>},
    {"", "Muls", &record_binary<Mul>},
    {"", "Divs", &record_binary<Div>},
    {"Pow", "Pow", &record_binary<Pow>},
    {"Sqrt", "Sqrt", &record_unary<Sqrt>},
    {"Erf", "Erf", &record_unary<Erf>},
    {"Exp", "Exp", &record_unary<Exp>},
    {"Log", "Log", &record_unary<Log>},
    {"Abs", "Abs", &record_unary<Abs>},
    {"Floor", "Floor", &record_unary<Floor>},
    {"", "Square", &record_square},
    {"", "Rsqrt", &record_rsqrt},
    {"Max", "Maximum", &record_joined<Maximum>},
    {"Min", "Minimum", &record_joined<Minimum>},
    {"Sum", "AddN", &record_joined<Add>},
    {"Mean", "", &record_mean},
    {"Neg", "Neg", &record_negative},
    {"Reciprocal", "Reciprocal", &record_reciprocal},
    {"Relu", "ReLU", &record_unary<ReLU>},
    {"Tanh", "Tanh", &record_unary<Tanh>},
    {"Sigmoid", "Sigmoid", &record_unary<Sigmoid>},
    {"Gelu", "GeLU", &record_gelu},
    {"Identity", "Identity", &record_identity},
    {"Dropout", "Dropout", &record_dropout},
    {"Cast", "Cast", &record_cast},
};

}  // namespace tenon::detail
