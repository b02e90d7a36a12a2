// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A chip as a JSON file:  {"name": "mine", "validated": false, "clock": {"value": 1.85,
/// "unit": "GHz", "source": "its brief", "confidence": "medium"}, ...}
///   AscendChip chip = chip_from_json(text, "mine.json");
#include <nlohmann/json.hpp>

#include <tenon/backend/ascend/chip/chips.hpp>

namespace tenon {

inline nlohmann::ordered_json chip_to_json(const AscendChip& chip) {
  nlohmann::ordered_json all{{"name", chip.name}, {"validated", chip.validated}};
  for (const ChipQuantity& quantity : chip_quantities) {
    const ChipValue& value = chip.*quantity.member;
    all[std::string(quantity.name)] = {{"value", value.value},
                                       {"unit", value.unit},
                                       {"source", value.source},
                                       {"confidence", text(value.confidence)}};
  }
  return all;
}

namespace detail {

inline ChipValue chip_value_from_json(const nlohmann::json& x, const std::string& what) {
  if (!x.is_object()) throw Error(what + "an object of value, unit, source and confidence");
  for (const auto& [key, ignored] : x.items())
    if (key != "value" && key != "unit" && key != "source" && key != "confidence")
      throw Error(sentence(what, "there is no ", key));
  const auto value = x.find("value");
  if (value == x.end() || !value->is_number()) throw Error(what + "its value is no number");
  ChipValue result{value->get<double>(), {}, {}, Confidence::low};
  const auto word = [&](const char* key) {
    const auto found = x.find(key);
    if (found == x.end() || !found->is_string()) throw Error(sentence(what, "its ", key, "?"));
    return found->get<std::string>();
  };
  result.unit = word("unit");
  result.source = word("source");
  const std::string confidence = word("confidence");
  for (int c = 0; c <= int(Confidence::assumed); ++c)
    if (text(Confidence(c)) == confidence) {
      result.confidence = Confidence(c);
      return result;
    }
  throw Error(
      sentence(what, "its confidence is high, medium, low, fitted or assumed, not ", confidence));
}

}  // namespace detail

/// @throws Error that names the file and the number: no JSON, a number that is missing, unknown,
/// negative, or of the wrong unit
inline AscendChip chip_from_json(std::string_view json, const std::string& path) {
  const std::string blame = sentence("cannot read ", path, ": ");
  const auto all = nlohmann::json::parse(json, nullptr, false);
  if (all.is_discarded()) throw Error(blame + "it is no JSON");
  if (!all.is_object()) throw Error(blame + "a chip is an object");
  AscendChip chip;
  const auto name = all.find("name"), validated = all.find("validated");
  if (name == all.end() || !name->is_string()) throw Error(blame + "its name is missing");
  chip.name = name->get<std::string>();
  if (validated != all.end() && !validated->is_boolean())
    throw Error(blame + "validated is true or false");
  chip.validated = validated != all.end() && validated->get<bool>();
  for (const auto& [key, value] : all.items()) {
    const auto* quantity =
        std::ranges::find(chip_quantities, std::string_view(key), &ChipQuantity::name);
    if (quantity != std::end(chip_quantities))
      chip.*quantity->member =
          detail::chip_value_from_json(value, sentence(blame, quantity->name, ": "));
    else if (key != "name" && key != "validated")
      throw Error(sentence(blame, "a chip has no ", key));
  }
  for (const ChipQuantity& quantity : chip_quantities)
    if (!all.contains(std::string(quantity.name)))
      throw Error(sentence(blame, quantity.name, " is missing, in ", quantity.unit));
  try {
    check(chip);
  } catch (const Error& error) {
    throw Error(blame + std::string(error.what()).substr(7));
  }
  return chip;
}

}  // namespace tenon
