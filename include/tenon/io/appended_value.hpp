// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What MindSpore's append_dict adds to a checkpoint:  appended_value("epoch_num", 7)
#include <variant>

#include <tenon/io/tensor_source.hpp>

namespace tenon {

namespace detail {

/// The code points of UTF-8, four bytes each.  @throws Error where it is none.
inline std::string code_points(std::string_view utf8, const std::string& name) {
  std::string points;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto byte = [&](std::size_t k) {
      return k < utf8.size() ? std::uint32_t(static_cast<unsigned char>(utf8[k])) : 0;
    };
    const std::uint32_t first = byte(i);
    const std::size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    std::uint32_t point = more == 0 ? first : first & (0x3fu >> more);
    bool is_legal = (first < 0x80 || first >= 0xc2) && first < 0xf5;
    for (std::size_t k = 1; k <= more; ++k) {
      is_legal = is_legal && (byte(i + k) & 0xc0) == 0x80;
      point = point << 6 | (byte(i + k) & 0x3f);
    }
    constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (!is_legal || point < least[more] || point > 0x10ffff || point >> 11 == 0x1b)
      throw Error(std::string("the text of ").append(name).append(" is no UTF-8"));
    for (int shift = 0; shift < 32; shift += 8) points += char(point >> shift & 0xff);
    i += more + 1;
  }
  return points;
}

}  // namespace detail

/// A whole number is stored as Int64, another as Float32, a truth as Bool, UTF-8 text as str.
/// MindSpore: save_checkpoint(append_dict).
inline TensorSource appended_value(const std::string& name,
                                   const std::variant<bool, Index, double, std::string>& value) {
  const auto owned = [&](Element element, const Dims& shape, std::string bytes, bool is_string) {
    return TensorSource(name, element, shape,
                        [bytes = std::move(bytes)](const Pieces& write) { write(bytes); },
                        is_string);
  };
  const auto scalar = [&](auto number) {
    std::string bytes(sizeof number, '\0');
    std::memcpy(bytes.data(), &number, sizeof number);
    return owned(element_of<decltype(number)>, {}, std::move(bytes), false);
  };
  if (const bool* truth = std::get_if<bool>(&value)) return scalar(*truth);
  if (const Index* whole = std::get_if<Index>(&value)) return scalar(*whole);
  if (const double* number = std::get_if<double>(&value)) return scalar(float(*number));
  std::string points = detail::code_points(std::get<std::string>(value), name);
  const auto count = static_cast<Index>(points.size() / 4);
  return owned(Element::uint32, {count}, std::move(points), true);
}

}  // namespace tenon
