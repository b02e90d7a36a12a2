// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The numbers by which model files name the types of elements:
///   element_of_data_type(1, ModelFormat::onnx) == Element::float32
#include <tenon/io/model_file/model_file.hpp>

namespace tenon::detail {

/// The element of a data_type; none where it has no name here (text, complex, 8 bits of floating).
constexpr std::optional<Element> element_of_data_type(Index type, ModelFormat format) {
  switch (type) {
    case 1: return Element::float32;
    case 2: return Element::uint8;
    case 3: return Element::int8;
    case 4: return Element::uint16;
    case 5: return Element::int16;
    case 6: return Element::int32;
    case 7: return Element::int64;
    case 9: return Element::boolean;
    case 10: return Element::float16;
    case 11: return Element::float64;
    case 12: return Element::uint32;
    case 13: return Element::uint64;
    case 16: return Element::bfloat16;
  }
  if (format == ModelFormat::mindir && type == 17) return Element::float64;
  if (format == ModelFormat::mindir && type == 18) return Element::int4x2;
  return {};
}

/// The data_type of an element, in MindIR.
constexpr int data_type_of(Element element) {
  for (int type = 1; type < 19; ++type)
    if (element_of_data_type(type, ModelFormat::mindir) == element) return type;
  return 0;
}

/// The element of one of MindSpore's type numbers, which are Cast's: 43 is float32. None of others.
constexpr std::optional<Element> element_of_type_number(Index type) {
  switch (type) {
    case 30: return Element::boolean;
    case 32: return Element::int8;
    case 33: return Element::int16;
    case 34: return Element::int32;
    case 35: return Element::int64;
    case 37: return Element::uint8;
    case 38: return Element::uint16;
    case 39: return Element::uint32;
    case 40: return Element::uint64;
    case 42: return Element::float16;
    case 43: return Element::float32;
    case 44: return Element::float64;
    case 45: return Element::bfloat16;
  }
  return {};
}

}  // namespace tenon::detail
