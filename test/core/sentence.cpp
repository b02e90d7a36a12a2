// SPDX-License-Identifier: Apache-2.0
#include <tenon/core/sentence.hpp>

#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

using namespace tenon;

TEST_CASE("a sentence is its words and numbers, one after the other") {
  const std::string name = "w";
  CHECK(sentence() == "");
  CHECK(sentence("rank ", 3, " of ", std::string_view("8 "), name, ": ", std::size_t(7)) ==
        "rank 3 of 8 w: 7");
  CHECK(sentence(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(sentence(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}
