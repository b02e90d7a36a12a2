// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Shapes of inputs as users write them:  parse_input_shapes("sample:1,4,64,64;timestep:1")
#include <algorithm>

#include <tenon/core/sentence.hpp>
#include <tenon/model/build_options.hpp>

namespace tenon {

/// @throws Error that names the word and what is legal.
inline std::vector<InputShape> parse_input_shapes(std::string_view all) {
  std::vector<InputShape> shapes;
  for (std::size_t first = 0; first <= all.size();) {
    const std::size_t end = std::min(all.find(';', first), all.size());
    const std::string_view word = all.substr(first, end - first);
    first = end + 1;
    const std::size_t colon = word.rfind(':');
    const auto fail = [&] {
      throw Error(sentence("the shape of an input \"", word, "\"; legal: NAME:1,28,28 of up to ",
                           max_dimensions, " sizes, and ; between several"));
    };
    if (colon == std::string_view::npos || colon == 0) fail();
    InputShape& shape = shapes.emplace_back(InputShape{std::string(word.substr(0, colon)), {}});
    for (std::size_t at = colon + 1; at <= word.size();) {
      const std::size_t comma = std::min(word.find(',', at), word.size());
      const std::string number(word.substr(at, comma - at));
      const bool digits = !number.empty() && number.size() < 16 &&
                          number.find_first_not_of("0123456789") == std::string::npos;
      if (!digits || shape.shape.size() == max_dimensions) fail();
      shape.shape.push_back(std::stoll(number));
      at = comma + 1;
    }
  }
  return shapes;
}

}  // namespace tenon
