// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = ... f2(f1(a, b)): n numbers, one function after another, through ub.
///   AscendElementwise{.steps = {{AscendFunction::add}, {AscendFunction::relu}}, .n = 1000}
#include <tenon/backend/ascend/chip/chip.hpp>
#include <tenon/backend/ascend/format/formats.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

constexpr bool takes_two(AscendFunction f) {
  return f == AscendFunction::add || f == AscendFunction::sub || f == AscendFunction::mul ||
         f == AscendFunction::div || f == AscendFunction::max;
}

struct ElementwiseStep {
  AscendFunction function = AscendFunction::copy;
  float scalar = 0;
};

struct AscendElementwise {
  std::vector<ElementwiseStep> steps;  // those of two operands take b as their second
  Index n = 0;
  Element element = Element::float16, result = Element::float16;
  Element work = Element::float16;  // what is computed in; converted to and from where it differs
  Index a = 0, b = 0, y = 0;        // bytes in gm, multiples of 32

  bool reads_b() const {
    for (const ElementwiseStep& step : steps)
      if (takes_two(step.function)) return true;
    return false;
  }
  Index operands() const { return reads_b() ? 2 : 1; }
  /// What gm holds of each: 32 numbers at a time, as chips copy that copy whole blocks alone.
  Index operand_bytes() const { return (n + 31) / 32 * 32 * bytes(element); }
  Index result_bytes() const { return (n + 31) / 32 * 32 * bytes(result); }
  Index gm_bytes() const {
    return std::max({a + operand_bytes(), reads_b() ? b + operand_bytes() : 0, y + result_bytes()});
  }

  /// The same with a, b and y one after another, each on 512 bytes.
  AscendElementwise placed(Index first = 0) const {
    AscendElementwise task = *this;
    const auto up = [](Index x) { return (x + 511) / 512 * 512; };
    task.a = first;
    task.b = task.a + up(operand_bytes());
    task.y = reads_b() ? task.b + up(operand_bytes()) : task.b;
    return task;
  }
};

/// @throws Error: nothing to do, types of no width that vector knows, places that are not whole
/// blocks.
inline void check(const AscendElementwise& t, const AscendChip& chip) {
  const std::string what = sentence("element by element on ", chip.name, ": ");
  if (t.n < 1) throw Error(sentence(what, "at least 1 number, not ", t.n));
  for (const Element e : {t.element, t.result, t.work})
    if (bytes(e) > 4 || e == Element::boolean || e == Element::int4x2)
      throw Error(sentence(what, "the vector pipe does not know ", text(e)));
  if (t.steps.empty()) throw Error(sentence(what, "no function is named"));
  for (const ElementwiseStep& step : t.steps)
    if (step.function == AscendFunction::sum_row || step.function == AscendFunction::max_row)
      throw Error(sentence(what, "a reduction is no function of elements"));
  for (const Index place : {t.a, t.b, t.y})
    if (place < 0 || place % 32 != 0)
      throw Error(sentence(what, "operands begin on multiples of 32 bytes, not at ", place));
}

}  // namespace tenon
