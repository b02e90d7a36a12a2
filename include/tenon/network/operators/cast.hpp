// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = x as floats, element by element, of integers:  cast(mask) of int64 [32, 128] is float32.
/// Communicates: nothing. MindSpore: CastInfo (ActivationBase).
#include <tenon/network/indices.hpp>

namespace tenon {

namespace detail {
constexpr Result infer_cast(const Operands& o) {
  Result r{{}, o.shapes[0], Element::float32};
  if (!is_index(o.elements[0])) r.finding = {Mistake::other_element, {}, 0};
  return r;
}
template <class T>
void cast_law(const KernelCall& call) {
  T* y = call.output.as<T>();
  for (Index i = 0; i < volume(call.output.box); ++i) y[i] = T(index_at(call.inputs[0], i));
}
}  // namespace detail

struct Cast : Operation<Cast> {
  static constexpr Operator info{.name = "Cast",
                                 .function = "cast",
                                 .infer = &detail::infer_cast,
                                 .equation = &unary_equation,
                                 .law = {&detail::cast_law<float>, &detail::cast_law<double>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr Cast cast{};

}  // namespace tenon
