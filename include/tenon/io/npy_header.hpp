// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The header of NumPy's .npy, a line of Python in a frame:
///   {'descr': '<f4', 'fortran_order': False, 'shape': (256, 10), }
/// NumPy: numpy.lib.format.
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include <tenon/core/element.hpp>

namespace tenon {

struct NpyHeader {
  std::string_view type;  // "<f4"
  bool fortran_order = false;
  Dims shape;
};

/// Names of the little-endian types of .npy:  npy_type(Element::float32) == "<f4".
constexpr std::string_view npy_type(Element element) {
  switch (element) {
    case Element::float16: return "<f2";
    case Element::float32: return "<f4";
    case Element::float64: return "<f8";
    case Element::int8: return "|i1";
    case Element::uint8: return "|u1";
    case Element::int16: return "<i2";
    case Element::uint16: return "<u2";
    case Element::int32: return "<i4";
    case Element::uint32: return "<u4";
    case Element::int64: return "<i8";
    case Element::uint64: return "<u8";
    case Element::boolean: return "|b1";
    case Element::bfloat16:
    case Element::int4x2: break;
  }
  return "";  // NumPy has no name for it
}

constexpr std::optional<Element> element_of_npy_type(std::string_view type) {
  for (int i = 0; i <= int(Element::int4x2); ++i)
    if (!type.empty() && npy_type(Element(i)) == type) return Element(i);
  return {};
}

/// Reads the line; none when it is not made like NumPy's.
inline std::optional<NpyHeader> parse_npy_header(std::string_view line) {
  NpyHeader header;
  const auto skip = [&](std::string_view token) {
    while (line.starts_with(' ')) line.remove_prefix(1);
    if (!line.starts_with(token)) return false;
    line.remove_prefix(token.size());
    return true;
  };
  if (!skip("{")) return {};
  bool has_type = false, has_order = false, has_shape = false;
  while (!skip("}")) {
    if (skip("'descr'") && skip(":") && skip("'")) {
      const std::size_t end = line.find('\'');
      if (end == std::string_view::npos) return {};
      header.type = line.substr(0, end);
      line.remove_prefix(end + 1);
      has_type = true;
    } else if (skip("'fortran_order'") && skip(":")) {
      header.fortran_order = skip("True");
      if (!header.fortran_order && !skip("False")) return {};
      has_order = true;
    } else if (skip("'shape'") && skip(":") && skip("(")) {
      while (!skip(")")) {
        Index size = 0;
        skip("");
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size);
        if (error != std::errc() || size < 0 || header.shape.size() == max_dimensions) return {};
        line.remove_prefix(std::size_t(end - line.data()));
        header.shape.push_back(size);
        if (!skip(",") && !line.starts_with(')')) return {};
      }
      has_shape = true;
    } else {
      return {};
    }
    skip(",");
  }
  if (!has_type || !has_order || !has_shape) return {};
  return header;
}

/// The frame and the line of version 1.0, a multiple of 64 bytes.
inline std::string npy_header(Element element, const Dims& shape) {
  std::string sizes;
  for (Index size : shape) sizes.append(std::to_string(size)).append(", ");
  std::string line = "{'descr': '";
  line.append(npy_type(element)).append("', 'fortran_order': False, 'shape': (");
  line.append(sizes.empty() ? sizes : sizes.substr(0, sizes.size() - (shape.size() > 1 ? 2 : 1)));
  line.append("), }");
  line.append(63 - (line.size() + 10) % 64, ' ').append("\n");
  std::string frame("\x93NUMPY\x01\x00", 8);
  frame += char(line.size() & 0xff);
  frame += char(line.size() >> 8);
  return frame.append(line);
}

}  // namespace tenon
