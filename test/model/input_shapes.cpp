// SPDX-License-Identifier: Apache-2.0
#include <tenon/model/input_shapes.hpp>

#include <doctest/doctest.h>

#include "../support/error_of.hpp"

using namespace tenon;

TEST_CASE("shapes of inputs as users write them") {
  const auto shapes = parse_input_shapes("sample:1,4,64,64;timestep:1;a:b:7");
  REQUIRE(shapes.size() == 3);
  CHECK(shapes[0].name == "sample");
  CHECK(shapes[0].shape == Dims{1, 4, 64, 64});
  CHECK(shapes[1].name == "timestep");
  CHECK(shapes[1].shape == Dims{1});
  CHECK(shapes[2].name == "a:b");
  for (const char* wrong : {"", "x", "x:", ":1", "x:1,", "x:1,,2", "x:-1", "x:a", "x:1;",
                            "x:1,1,1,1,1,1,1,1,1", "x:12345678901234567890"}) {
    CAPTURE(wrong);
    CHECK(test::error_of([&] { parse_input_shapes(wrong); }).find("legal: NAME:1,28,28") !=
          std::string::npos);
  }
}
