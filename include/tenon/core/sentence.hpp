// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Words and numbers as one text:  sentence("rank ", 3, " is missing") == "rank 3 is missing"
#include <concepts>
#include <string>
#include <string_view>

namespace tenon {

std::string sentence(const auto&... parts) {
  std::string all;
  [[maybe_unused]] const auto add = [&](const auto& part) {
    if constexpr (std::integral<std::decay_t<decltype(part)>>) all.append(std::to_string(part));
    else all.append(std::string_view(part));
  };
  (add(parts), ...);
  return all;
}

}  // namespace tenon
