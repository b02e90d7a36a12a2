// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Words of a C++ program out of a model's:
///   identifier("1/conv.weight") == "_1_conv_weight", literal("a\"b") == "\"a\\\"b\""
#include <charconv>
#include <concepts>
#include <limits>
#include <set>
#include <string>

#include <tenon/core/dims.hpp>

namespace tenon::detail {

/// No other letters than an identifier may have, and not of a kind that is the compiler's own.
inline std::string identifier(std::string_view name) {
  std::string word;
  for (char letter : name) {
    const bool is_digit = letter >= '0' && letter <= '9';
    const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    if (is_digit && word.empty()) word = "n";
    if (is_digit || is_letter) word += letter;
    else if (!word.empty() && word.back() != '_') word += '_';
  }
  while (!word.empty() && word.back() == '_') word.pop_back();
  return word.empty() ? "x" : word.substr(0, 60);
}

/// The words that were used, so that none means two things.
class Identifiers {
 public:
  /// The identifier of that name, or with a number behind it.
  std::string unused(std::string_view name) {
    const std::string plain = identifier(name);
    std::string word = plain;
    for (int other = 2; !used_.insert(word).second; ++other) word = plain + std::to_string(other);
    return word;
  }

 private:
  std::set<std::string, std::less<>> used_{
      "alignas",     "alignof",      "and",      "and_eq",        "asm",
      "auto",        "bitand",       "bitor",    "bool",          "break",
      "case",        "catch",        "char",     "char8_t",       "char16_t",
      "char32_t",    "class",        "co_await", "co_return",     "co_yield",
      "compl",       "concept",      "const",    "consteval",     "constexpr",
      "constinit",   "const_cast",   "continue", "decltype",      "default",
      "delete",      "do",           "double",   "dynamic_cast",  "else",
      "enum",        "explicit",     "export",   "extern",        "false",
      "float",       "for",          "friend",   "goto",          "if",
      "inline",      "int",          "long",     "mutable",       "namespace",
      "new",         "noexcept",     "not",      "not_eq",        "nullptr",
      "operator",    "or",           "or_eq",    "private",       "protected",
      "public",      "register",     "requires", "return",        "short",
      "signed",      "sizeof",       "static",   "static_assert", "struct",
      "switch",      "template",     "this",     "throw",         "true",
      "try",         "typedef",      "typeid",   "typename",      "union",
      "unsigned",    "using",        "virtual",  "void",          "volatile",
      "wchar_t",     "while",        "xor",      "xor_eq",        "reinterpret_cast",
      "static_cast", "thread_local", "tenon",    "std",           "construct",
      "parameter",   "errno",        "NULL",     "EOF",           "assert",
      "linux",       "unix",         "signbit",  "isnan",         "isinf"};
};

/// Letters that are not printed in every font are written as numbers.
inline std::string literal(std::string_view text) {
  std::string quoted = "\"";
  for (char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') quoted.append({'\\', letter});
    else if (code < 32 || code > 126 || letter == '?')  // ?? began trigraphs once
      for (char part :
           {'\\', char('0' + (code >> 6)), char('0' + (code >> 3 & 7)), char('0' + (code & 7))})
        quoted += part;
    else quoted += letter;
  }
  return quoted += '"';
}

inline std::string literal(Index number) {
  return number == std::numeric_limits<Index>::min() ? "-9223372036854775807 - 1"
                                                     : std::to_string(number);
}
/// The shortest one that is this very number; 1e-05f where it is of single precision.
inline std::string literal(double number) {
  const std::string limits = "std::numeric_limits<double>::";
  if (number != number) return limits + "quiet_NaN()";
  if (number - number != 0) return (number < 0 ? "-" : "") + limits + "infinity()";
  const auto shortest = [](auto value) {
    char digits[40];
    return std::string(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  };
  const std::string single = shortest(float(number)), twice = shortest(number);
  const bool is_single = double(float(number)) == number && single.size() < twice.size();
  return !is_single ? twice : single + (single.find_first_of(".e") == single.npos ? ".f" : "f");
}
inline std::string literal(std::same_as<bool> auto flag) { return flag ? "true" : "false"; }

/// "1, 28, 28"
inline std::string listed(const auto& numbers) {
  std::string list;
  for (Index number : numbers) list.append(list.empty() ? "" : ", ").append(literal(number));
  return list;
}
inline std::string braced(const auto& numbers) { return "{" + listed(numbers) + "}"; }

}  // namespace tenon::detail
