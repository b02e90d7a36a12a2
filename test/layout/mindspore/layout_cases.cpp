// SPDX-License-Identifier: Apache-2.0
#include "../../../examples/explain/layout_cases.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace tenon;

namespace {

nlohmann::json cases() {
  const std::string path = TENON_TEST_DATA "/mindspore/layout-cases.json";
  std::ifstream file(path);
  REQUIRE_MESSAGE(file, path, " cannot be read");
  return nlohmann::json::parse(file).at("cases");
}

}  // namespace

TEST_CASE("every known fact about MindSpore's layouts holds") {
  int checked = 0;
  for (const auto& c : cases()) {
    if (!explain::knows_layout_case(c.at("kind"))) continue;
    const auto wrong = explain::check_layout_case(c);
    CHECK_MESSAGE(!wrong, c.at("id").get<std::string>(), ": ", wrong.value_or(""));
    ++checked;
  }
  CHECK(checked >= 89);
}

TEST_CASE("a fact that is not so is found out") {
  const nlohmann::json wrong = {
      {"kind", "unify_shape"}, {"a", {8, 4}}, {"b", {2, 16}}, {"out", {2, 4, 8}}};
  CHECK(*explain::check_layout_case(wrong) == "out: expected [2,4,8], computed [2,4,4]");
  CHECK_FALSE(explain::knows_layout_case("weather"));
}
