// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Names of any length in constants: a Name is a range of letters in a pool of Names.
///   Names pool; Name w = pool.add("layer1", "weight"); pool[w] == "layer1.weight"
#include <string_view>

#include <tenon/core/list.hpp>

namespace tenon {

struct Name {
  int first = 0, count = 0;
  friend constexpr bool operator==(const Name&, const Name&) = default;
};

struct Names {
  List<char> letters;

  /// "owner.part", or the one that is not empty.
  constexpr Name add(std::string_view owner, std::string_view part = {}) {
    const int first = int(letters.size());
    append(owner);
    if (!owner.empty() && !part.empty()) letters.push_back('.');
    append(part);
    return {first, int(letters.size()) - first};
  }
  constexpr std::string_view operator[](Name name) const {
    return std::string_view(letters.data(), letters.size()).substr(std::size_t(name.first), std::size_t(name.count));
  }

 private:
  constexpr void append(std::string_view text) {
    for (char letter : text) letters.push_back(letter);
  }
};

}  // namespace tenon
