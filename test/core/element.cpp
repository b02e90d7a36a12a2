// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/core/visit_element.hpp>

using namespace tenon;

template <class T>
void check(Element element, std::string_view name) {
  CHECK(element_of<T> == element);
  CHECK(bytes(element) == Index(sizeof(T)));
  CHECK(text(element) == name);
}

TEST_CASE("a C++ type and its element have one size and one name") {
  check<float>(Element::float32, "float32");
  check<double>(Element::float64, "float64");
  check<std::int8_t>(Element::int8, "int8");
  check<std::uint8_t>(Element::uint8, "uint8");
  check<std::int16_t>(Element::int16, "int16");
  check<std::uint16_t>(Element::uint16, "uint16");
  check<std::int32_t>(Element::int32, "int32");
  check<std::uint32_t>(Element::uint32, "uint32");
  check<std::int64_t>(Element::int64, "int64");
  check<std::uint64_t>(Element::uint64, "uint64");
  check<bool>(Element::boolean, "boolean");
  CHECK(element_of<long> == Element::int64);
  CHECK(element_of<long long> == Element::int64);
}

TEST_CASE("two numbers of four bits are one element of one byte") {
  CHECK(bytes(Element::int4x2) == 1);
  CHECK(text(Element::int4x2) == "int4x2");
}

TEST_CASE("the half-sized floating types have two bytes") {
  CHECK(bytes(Element::float16) == 2);
  CHECK(bytes(Element::bfloat16) == 2);
  CHECK(text(Element::float16) == "float16");
  CHECK(text(Element::bfloat16) == "bfloat16");
}

TEST_CASE("an element has the C++ type of its size") {
  for (int e = 0; e <= int(Element::int4x2); ++e)
    CHECK(visit_element(Element(e), [](auto zero) { return Index(sizeof zero); }) ==
          bytes(Element(e)));
  CHECK(visit_element(Element::float16, [](auto zero) { return float(decltype(zero)(2.f)); }) == 2);
}
