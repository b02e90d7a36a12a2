// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Lists of numbers as people write them: "((2,1),(1,2))" in MindSpore's notation, "[[2,1],[1,2]]"
/// in JSON. One list alone may leave out the outer brackets: "(32, 784)".
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include <tenon/core/dims.hpp>

namespace tenon::explain {

using nlohmann::json;

/// The text as JSON: round brackets become square ones, "True" and a comma before a bracket too.
/// @throws Error that shows the text
inline json parse_notation(const std::string& what, const std::string& written) {
  std::string text;
  for (char letter : written) {
    letter = letter == '(' ? '[' : letter == ')' ? ']' : letter;
    if (letter == ']') {
      const std::size_t last = text.find_last_not_of(" \t");
      if (last != std::string::npos && text[last] == ',') text.erase(last, 1);
    }
    text += letter;
  }
  const json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded()) throw Error(std::string(what).append(" is no list: ").append(written));
  return parsed;
}

/// @throws Error unless it is a list of whole numbers, 8 at most
inline Dims dims_in(const json& numbers, const std::string& what) {
  const auto fail = [&](const char* why) {
    throw Error(std::string(what).append(why).append(numbers.dump()));
  };
  if (!numbers.is_array()) fail(" must be a list of whole numbers, not ");
  if (numbers.size() > max_dimensions) fail(" has more than 8 numbers: ");
  Dims dims;
  for (const json& number : numbers) {
    if (!number.is_number_integer() || (number.is_number_unsigned() && number > INT64_MAX))
      fail(" must be a list of whole numbers, not ");
    dims.push_back(number.get<Index>());
  }
  return dims;
}

/// A list of lists; a single list of numbers is a list of one.
inline Vector<Dims, 4> lists_in(const json& lists, const std::string& what) {
  if (!lists.is_array())
    throw Error(std::string(what).append(" must be lists, not ") + lists.dump());
  if (!lists.empty() && !lists[0].is_array()) return {dims_in(lists, what)};
  if (lists.size() > 4)
    throw Error(std::string(what).append(" are more than 4: ").append(lists.dump()));
  Vector<Dims, 4> all;
  for (const json& list : lists) all.push_back(dims_in(list, what));
  return all;
}

/// A whole number from 1 to `most`.
inline Index count_in(const json& object, const char* field, Index otherwise, Index most) {
  if (!object.contains(field)) return otherwise;
  const json& number = object.at(field);
  if (!number.is_number_integer() || number.get<Index>() < 1 || number.get<Index>() > most)
    throw Error(std::string(field).append(" must be a whole number from 1 to ") +
                std::to_string(most) + ", not " + number.dump());
  return number.get<Index>();
}

}  // namespace tenon::explain
