// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <tenon/core/error.hpp>

TEST_CASE("every error begins with tenon, once") {
  CHECK(std::string(tenon::Error("no such file").what()) == "tenon: no such file");
  CHECK(std::string(tenon::Error("tenon: no such file").what()) == "tenon: no such file");
  CHECK(std::string(tenon::Error("").what()) == "tenon: ");
}
