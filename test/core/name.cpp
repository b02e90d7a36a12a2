// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <tenon/core/name.hpp>

TEST_CASE("a name is its owner and its part, joined by a point") {
  tenon::Names names;
  const tenon::Name weight = names.add("layer1", "weight"), alone = names.add("layer1"),
                    part = names.add("", "weight"), none = names.add("");
  CHECK(names[weight] == "layer1.weight");
  CHECK(names[alone] == "layer1");
  CHECK(names[part] == "weight");
  CHECK(names[none] == "");
  CHECK(names[tenon::Name{}] == "");
}

TEST_CASE("names stay the same while others are added, and may be long") {
  tenon::Names names;
  tenon::List<tenon::Name> added;
  for (int i = 0; i < 200; ++i)
    added.push_back(names.add("owner" + std::to_string(i), std::string(std::size_t(i), 'x')));
  for (int i = 0; i < 200; ++i)
    CHECK(names[added[std::size_t(i)]] ==
          "owner" + std::to_string(i) + (i ? "." : "") + std::string(std::size_t(i), 'x'));
}

TEST_CASE("a name can be made of another name of the same pool") {
  tenon::Names names;
  tenon::Name name = names.add("a-rather-long-name-of-a-network");
  std::string expected = "a-rather-long-name-of-a-network";
  for (int i = 0; i < 5; ++i) {
    name = names.add(names[name], "x");
    expected += ".x";
    CHECK(names[name] == expected);
  }
}
