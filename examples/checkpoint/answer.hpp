// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a subcommand answers, for a reader and for a program:  {"4 2 0", {{"ranks", {4, 2, 0}}}}
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include <tenon/core/dims.hpp>

namespace tenon::checkpoint {

using json = nlohmann::ordered_json;

struct Answer {
  std::string text;
  json document;
};

/// A document as text; names in it may be any bytes.
inline std::string dumped(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Names come from files: none may steer the terminal.
inline std::string printable(std::string_view name) {
  std::string shown(name);
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return shown;
}

inline std::string padded(std::string text, std::size_t width) {
  text.append(width > text.size() ? width - text.size() : 0, ' ');
  return text;
}

inline json list(const auto& numbers) {
  return json(std::vector<Index>(numbers.begin(), numbers.end()));
}

}  // namespace tenon::checkpoint
