// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = a where the condition is not zero, else b, element by element, aligned at the last
/// dimension.
///   select(mask, x, zero) of [7, 7], [32, 2, 7, 7] and [] is [32, 2, 7, 7]
/// The condition is of the operands' floating type.
/// Communicates: nothing; a dimension of size one is repeated for the other operands'.
/// MindSpore: SelectInfo, whose operands are of one shape.
#include <tenon/network/elementwise.hpp>

namespace tenon {

namespace detail {
template <class T>
void select_law(const KernelCall& call) {
  const auto along = [&](int i) {
    return repeated_along(call.inputs[i], call.output, Alignment::last);
  };
  Region of[3] = {along(0), along(1), along(2)};
  const T *condition = call.inputs[0].as<const T>(), *a = call.inputs[1].as<const T>(),
          *b = call.inputs[2].as<const T>();
  T* y = call.output.as<T>();
  const Index n = volume(call.output.box);
  Dims at = Dims::filled(of[0].sizes.size(), 0);
  for (Index i = 0; i < n; ++i) {
    y[i] = condition[of[0].first] != T(0) ? a[of[1].first] : b[of[2].first];
    for (int d = at.size() - 1; d >= 0; --d) {
      for (Region& r : of) r.first += r.strides[d];
      if (++at[d] < of[0].sizes[d]) break;
      for (Region& r : of) r.first -= r.strides[d] * at[d];
      at[d] = 0;
    }
  }
}
}  // namespace detail

struct Select : Operation<Select> {
  static constexpr Operator info{.name = "Select",
                                 .function = "select",
                                 .operands = 3,
                                 .infer = &infer_binary<Alignment::last>,
                                 .equation = &binary_equation<Alignment::last>,
                                 .law = {&detail::select_law<float>, &detail::select_law<double>}};
  constexpr Attributes attributes() const { return {}; }
};
/// A function, because POSIX has one of this name.
constexpr auto select(const auto& condition, const auto& a, const auto& b) requires requires {
  Select{}(condition, a, b);
}
{ return Select{}(condition, a, b); }

}  // namespace tenon
