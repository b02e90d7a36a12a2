// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Names in the order of the number that they differ in, which a shell does not give them:
///   in_number_order({"x0", "x10", "x2"}) == {"x0", "x2", "x10"}
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/core/error.hpp>

namespace tenon {

namespace detail {

/// A name as text and numbers in turns:  {"x", "10", ".ckpt"}
struct NumberedName {
  std::string name;
  std::vector<std::string_view> texts, numbers;  // numbers without zeros before them

  /// @param given lives while this does.
  explicit NumberedName(const std::string& given) : name(given) {
    constexpr std::string_view digits = "0123456789";
    for (std::string_view rest = given;;) {
      const std::size_t text = std::min(rest.find_first_of(digits), rest.size());
      texts.push_back(rest.substr(0, text));
      rest.remove_prefix(text);
      if (rest.empty()) return;
      const std::size_t count = std::min(rest.find_first_not_of(digits), rest.size());
      const std::string_view number = rest.substr(0, count);
      numbers.push_back(number.substr(std::min(number.find_first_not_of('0'), count - 1)));
      rest.remove_prefix(count);
    }
  }
  /// Number by number; they may be of any length.
  friend bool comes_before(const NumberedName& a, const NumberedName& b) {
    for (std::size_t i = 0; i < a.numbers.size(); ++i) {
      const std::string_view x = a.numbers[i], y = b.numbers[i];
      if (x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
    }
    return false;
  }
};

/// In how many numbers the names differ; one that is there twice counts once, as in rank_0/x0,
/// rank_1/x1.  @pre as many numbers in each
inline std::size_t differing_numbers(const std::vector<NumberedName>& names) {
  std::vector<std::vector<std::string_view>> columns;
  for (std::size_t i = 0; i < names.front().numbers.size(); ++i) {
    std::vector<std::string_view> column;
    for (const NumberedName& name : names) column.push_back(name.numbers[i]);
    const bool differs = std::any_of(column.begin(), column.end(),
                                     [&](std::string_view one) { return one != column.front(); });
    if (differs && std::find(columns.begin(), columns.end(), column) == columns.end())
      columns.push_back(std::move(column));
  }
  return columns.size();
}

}  // namespace detail

/// Names that differ in one number come in its order; others stay as they are: without numbers, or
/// with other words between them.
/// @throws Error that shows the order, where they differ in several numbers and do not ascend as
/// they are, or where two have the same.
inline std::vector<std::string> in_number_order(const std::vector<std::string>& given) {
  std::vector<detail::NumberedName> names(given.begin(), given.end());
  for (const detail::NumberedName& name : names)
    if (name.texts != names.front().texts) return given;
  const std::size_t differing = names.empty() ? 0 : detail::differing_numbers(names);
  if (differing == 0) return given;
  if (differing == 1)
    std::stable_sort(names.begin(), names.end(),
                     [](const auto& a, const auto& b) { return comes_before(a, b); });
  std::vector<std::string> ordered;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0 && !comes_before(names[i - 1], names[i]))
      throw Error(std::string("which file is of which rank? ")
                      .append(names[i - 1].name)
                      .append(" is given as that of rank ")
                      .append(std::to_string(i - 1))
                      .append(", ")
                      .append(names[i].name)
                      .append(" of rank ")
                      .append(std::to_string(i))
                      .append("; legal: numbers that ascend, or a name with {} for the rank's"));
    ordered.push_back(names[i].name);
  }
  return ordered;
}

}  // namespace tenon
