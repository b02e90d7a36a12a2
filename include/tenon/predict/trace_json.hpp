// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a trace's JSON is made of:  in_quotes("a\"b") == "\"a\\\"b\"", microseconds(1500) ==
/// "1.500"
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <variant>

#include <tenon/core/dims.hpp>

namespace tenon::detail {

inline std::string in_quotes(std::string_view text) {
  std::string all = "\"";
  for (const char c : text) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (c == '"' || c == '\\') all += '\\', all += c;
    else if (static_cast<unsigned char>(c) >= 0x20) all += c;
    else all.append("\\u00") += digits[std::size_t(c) / 16], all += digits[std::size_t(c) % 16];
  }
  return all += '"';
}

/// @param nanoseconds from 0
inline std::string microseconds(std::int64_t nanoseconds) {
  const std::string rest = std::to_string(nanoseconds % 1000);
  return std::to_string(nanoseconds / 1000).append(".").append(3 - rest.size(), '0').append(rest);
}

using TraceValue = std::variant<double, Index, std::string>;

/// The shortest digits that are this number; JSON has none for what is not finite.
inline std::string json_of(const TraceValue& value) {
  if (const auto* words = std::get_if<std::string>(&value)) return in_quotes(*words);
  if (const auto* number = std::get_if<Index>(&value)) return std::to_string(*number);
  const double number = std::get<double>(value);
  if (!std::isfinite(number)) return "null";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

}  // namespace tenon::detail
