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

  /// "owner.part", or the one that is not empty. (Both may be views into this very pool.)
  constexpr Name add(std::string_view owner, std::string_view part = {}) {
    List<char> added;
    for (char letter : owner) added.push_back(letter);
    if (!owner.empty() && !part.empty()) added.push_back('.');
    for (char letter : part) added.push_back(letter);
    const int first = int(letters.size());
    for (char letter : added) letters.push_back(letter);
    return {first, int(added.size())};
  }
  constexpr std::string_view operator[](Name name) const {
    return std::string_view(letters.data(), letters.size())
        .substr(std::size_t(name.first), std::size_t(name.count));
  }
};

}  // namespace tenon
