// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators that are computed during the import alone: comparisons, ranges, triangles. Exporters
/// write shapes and masks with them:  Where(Equal(shape, -1), ones, shape), Trilu(ones)
#include <functional>

#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// An operand's numbers. @throws Error where they are only known while running.
inline const Known& known_operand(const SourceNode& at, int i) {
  if (!at.is_folding())
    at.fail("it is of values that are only known while running, which is not supported");
  (void)at.input(i);
  return *at.known(i);
}

/// f(a, b, ...) of all elements, broadcast to each other.
inline Known known_elements(const SourceNode& at, int operands, Element element, auto&& f) {
  Vector<const Known*, 3> of;
  Operands shapes;
  for (int i = 0; i < operands; ++i) {
    of.push_back(&known_operand(at, i));
    shapes.shapes.push_back(of[i]->shape);
    shapes.elements.push_back(Element::float64);
  }
  const Result result = infer_binary<Alignment::last>(shapes);
  const auto size = size_in_bytes(result.shape, Element::float64);
  if (result.finding) at.fail(text(result.finding, {}));
  if (!size || *size > most_known * Index(sizeof(double)))
    at.fail(sentence("of the shape ", text(result.shape), "; legal: 65536 elements"));
  Known made{element, result.shape, std::vector<double>(std::size_t(product(result.shape))), false};
  for (std::size_t i = 0; i < made.values.size(); ++i) {
    double numbers[3] = {};
    for (int k = 0; k < operands; ++k) {
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

/// Where(condition, a, b) of what is known.
inline void choose_known(const SourceNode& at) {
  at.result(known_elements(at, 3, known_operand(at, 1).element, [](double c, double a, double b) {
    return c != 0 ? a : b;
  }));
}

template <class Compare>
void compare_known(const SourceNode& at) {
  at.result(known_elements(at, 2, Element::boolean, [](double a, double b, double) {
    return Compare()(a, b) ? 1.0 : 0.0;
  }));
}
inline void negate_known(const SourceNode& at) {
  at.result(known_elements(at, 1, Element::boolean, [](double a, double, double) {
    return a == 0 ? 1.0 : 0.0;
  }));
}

/// start, start + delta, ... before the limit.
inline void known_range(const SourceNode& at) {
  double numbers[3];
  for (int i = 0; i < 3; ++i) {
    const Known& k = known_operand(at, i);
    if (k.values.size() != 1) at.fail("its start, limit and delta are not one number each");
    numbers[i] = k.values[0];
  }
  const double count = std::ceil((numbers[1] - numbers[0]) / numbers[2]);
  if (!(count <= double(most_known))) at.fail("it is of too many numbers; legal: 65536");
  Known made{known_operand(at, 0).element, {count > 0 ? Index(count) : 0}, {}, false};
  for (Index i = 0; i < made.shape[0]; ++i)
    made.values.push_back(numbers[0] + double(i) * numbers[2]);
  at.result(std::move(made));
}

/// Of matrices the part on and above the k-th diagonal, or (upper=0) on and below it; else zeros.
inline void known_triangle(const SourceNode& at) {
  Known made = known_operand(at, 0);
  const int rank = made.shape.size();
  if (rank < 2) at.fail(sentence("of ", text(made.shape), "; legal: 2 dimensions"));
  const bool upper = at.integer("upper", -1, 1) != 0;
  const double k = double(at.integer("k", 1, 0));
  const std::size_t rows = std::size_t(made.shape[rank - 2]),
                    columns = std::size_t(made.shape[rank - 1]);
  for (std::size_t i = 0; i < made.values.size(); ++i) {
    const double right = double(i % columns) - double(i / columns % rows);
    if (upper ? right < k : right > k) made.values[i] = 0;
  }
  at.result(std::move(made));
}

inline constexpr SourceOperator known_operators[] = {
    {"Equal", "Equal", &compare_known<std::equal_to<>>},
    {"Less", "Less", &compare_known<std::less<>>},
    {"LessOrEqual", "LessEqual", &compare_known<std::less_equal<>>},
    {"Greater", "Greater", &compare_known<std::greater<>>},
    {"GreaterOrEqual", "GreaterEqual", &compare_known<std::greater_equal<>>},
    {"And", "LogicalAnd", &compare_known<std::logical_and<>>},
    {"Or", "LogicalOr", &compare_known<std::logical_or<>>},
    {"Not", "LogicalNot", &negate_known},
    {"Range", "Range", &known_range},
    {"Trilu", "", &known_triangle},
};

}  // namespace tenon::detail
