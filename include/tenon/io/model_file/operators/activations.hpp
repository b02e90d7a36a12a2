// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Functions of elements that bend or bound them. What Tenon has no operator of is composed of
/// those that it has:  Elu(x) = max(x, 0) + alpha (exp(min(x, 0)) - 1)
#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// A bound that is an attribute, or an input, which may be left out.
struct Bound {
  bool given = false;
  std::optional<double> number;  // if it is known
  bool input = false;            // which may be another one for another batch
};
inline Bound bound(const SourceNode& at, std::string_view name, int position) {
  const FileAttribute* a = at.state.file.attribute(at.node, name);
  if (a && a->reals.size() == 1) return {true, a->reals[0]};
  if (a || !at.has(position)) return {};
  const Known* k = at.known(position);
  if (k && k->values.size() == 1) return {true, k->values[0], true};
  return {true, {}, true};
}

/// min(max(x, low), high): NaN stays NaN, and where the bounds cross it is the high one.
inline void record_clip(const SourceNode& at) {
  const Bound low = bound(at, "min", 1), high = bound(at, "max", 2);
  if (!low.given && !high.given) return at.pass();
  const Value x = at.operand(0);
  if (low.number == 0.0 && high.number == 6.0) return at.result(at.record(ReLU6(), {x}));
  if (low.number == 0.0 && !high.given) return at.result(at.record(ReLU(), {x}));
  const auto value = [&](const Bound& b, std::string_view name, int position) {
    return b.input ? at.operand_like(position, x.element())
                   : at.number(name, *b.number, x.element());
  };
  Value y = x;
  if (low.given) y = at.record(Maximum(), {y, value(low, "min", 1)}, high.given ? "raised" : "");
  if (high.given) y = at.record(Minimum(), {y, value(high, "max", 2)});
  at.result(y);
}

/// x where it is positive, else slope x, of one slope a channel. Of vectors the one channel.
inline Value bent(const SourceNode& at, Value x, Value slope) {
  if (x.shape().size() > 1) return at.record(PReLU(), {x, slope});
  const Value row = at.reshaped(x, {1, product(x.shape())}, "row");
  return at.reshaped(at.record(PReLU(), {row, slope}, "bent"), x.shape());
}
inline void record_leaky_relu(const SourceNode& at) {
  const Value x = at.operand(0);
  at.result(bent(at, x, at.numbers("alpha", x.element(), {1}, {at.real("alpha", -1, 0.01)})));
}

/// ONNX' slope is aligned at the last dimension; MindSpore's is one number, or one a channel.
inline void record_prelu(const SourceNode& at) {
  const Value x = at.operand(0), slope = at.operand_like(1, x.element());
  const int rank = x.shape().size(), own = slope.shape().size();
  if (!at.is_onnx()) return at.result(at.record(PReLU(), {x, slope}));
  bool along_channels = own <= rank;
  for (int d = 0; d < own && along_channels; ++d)
    along_channels = slope.shape()[d] == 1 || d + rank - own == 1;
  if (along_channels)
    return at.result(bent(at, x, at.reshaped(slope, {product(slope.shape())}, "slopes")));
  const Value zero = at.number("zero", 0, x.element());
  const Value below = at.record(Minimum(), {x, zero}, "below");
  const Value scaled = at.record(Mul(), {below, slope}, "scaled");
  at.result(at.record(Add(), {at.record(Maximum(), {x, zero}, "above"), scaled}));
}

inline void record_elu(const SourceNode& at) {
  const Value x = at.operand(0), zero = at.number("zero", 0, x.element());
  const Value below = at.record(Minimum(), {x, zero}, "below");
  const Value power = at.record(Exp(), {below}, "power");
  const Value less = at.record(Sub(), {power, at.number("one", 1, x.element())}, "less");
  const Value alpha = at.number("alpha", at.real("alpha", at.is_onnx() ? -1 : 1, 1), x.element());
  const Value scaled = at.record(Mul(), {less, alpha}, "scaled");
  at.result(at.record(Add(), {at.record(Maximum(), {x, zero}, "above"), scaled}));
}

/// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), which passes no limit on the way.
inline void record_softplus(const SourceNode& at) {
  const Value x = at.operand(0);
  const auto number = [&](std::string_view part, double n) {
    return at.number(part, n, x.element());
  };
  const Value size = at.record(Abs(), {x}, "size");
  const Value negative = at.record(Mul(), {size, number("minus_one", -1)}, "negative");
  const Value power = at.record(Exp(), {negative}, "power");
  const Value raised = at.record(Add(), {power, number("one", 1)}, "raised");
  const Value logarithm = at.record(Log(), {raised}, "logarithm");
  const Value above = at.record(Maximum(), {x, number("zero", 0)}, "above");
  at.result(at.record(Add(), {above, logarithm}));
}

/// min(max(alpha x + beta, 0), 1): of ONNX with PyTorch's numbers, 1/6 and 1/2, the one operator.
inline void record_hard_sigmoid(const SourceNode& at) {
  const Value x = at.operand(0);
  const double alpha = at.real("alpha", -1, 0.2), beta = at.real("beta", -1, 0.5);
  if (std::fabs(alpha - 1.0 / 6) < 1e-7 && beta == 0.5)
    return at.result(at.record(HSigmoid(), {x}));
  const auto number = [&](std::string_view part, double n) {
    return at.number(part, n, x.element());
  };
  const Value scaled = at.record(Mul(), {x, number("alpha", alpha)}, "scaled");
  const Value moved = at.record(Add(), {scaled, number("beta", beta)}, "moved");
  const Value above = at.record(Maximum(), {moved, number("zero", 0)}, "above");
  at.result(at.record(Minimum(), {above, number("one", 1)}));
}

/// x sigmoid(alpha x)
inline void record_swish(const SourceNode& at) {
  const Value x = at.operand(0);
  const double alpha = at.real("alpha", -1, 1);
  const Value scaled =
      alpha == 1 ? x : at.record(Mul(), {x, at.number("alpha", alpha, x.element())}, "scaled");
  at.result(at.record(Mul(), {x, at.record(Sigmoid(), {scaled}, "gate")}));
}

inline constexpr SourceOperator activation_operators[] = {
    {"Clip", "", &record_clip},
    {"", "ClampScalar", &record_clip},
    {"", "ClampTensor", &record_clip},
    {"", "ReLU6", &record_unary<ReLU6>},
    {"LeakyRelu", "", &record_leaky_relu},
    {"PRelu", "PReLU", &record_prelu},
    {"Elu", "Elu", &record_elu},
    {"Softplus", "Softplus", &record_softplus},
    {"HardSigmoid", "", &record_hard_sigmoid},
    {"", "HSigmoid", &record_unary<HSigmoid>},
    {"HardSwish", "HSwish", &record_unary<HSwish>},
    {"Swish", "SiLU", &record_swish},
};

}  // namespace tenon::detail
