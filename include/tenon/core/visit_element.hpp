// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The C++ type of an Element:  visit_element(Element::int64, [](auto zero) { sizeof zero == 8; })
#include <tenon/core/element.hpp>
#include <tenon/core/half.hpp>

namespace tenon {

/// visit(T()) with the type whose objects such elements are; booleans, and pairs of numbers of four
/// bits, are std::uint8_t.
constexpr auto visit_element(Element element, auto&& visit) {
  switch (element) {
    case Element::float32: return visit(float());
    case Element::float64: return visit(double());
    case Element::float16: return visit(Float16());
    case Element::bfloat16: return visit(BFloat16());
    case Element::int8: return visit(std::int8_t());
    case Element::boolean:
    case Element::int4x2:
    case Element::uint8: return visit(std::uint8_t());
    case Element::int16: return visit(std::int16_t());
    case Element::uint16: return visit(std::uint16_t());
    case Element::int32: return visit(std::int32_t());
    case Element::uint32: return visit(std::uint32_t());
    case Element::int64: return visit(std::int64_t());
    case Element::uint64: return visit(std::uint64_t());
  }
  return visit(std::uint8_t());
}

}  // namespace tenon
