// SPDX-License-Identifier: Apache-2.0
/// Every fact about MindSpore holds, and one that is not so is found out.
#include <doctest/doctest.h>

#include <sstream>

#include "../../examples/explain/case_file.hpp"

using namespace tenon;
using namespace tenon::explain;

namespace {

const std::string path = TENON_TEST_DATA "/mindspore/layout-cases.json";

json cases() {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file, path, " cannot be read");
  return json::parse(file).at("cases");
}

/// A value that is another one, as near as there is.
json altered(const json& value) {
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_number()) return value.get<Index>() + 1;
  if (value.is_null()) return "something";
  if (value.is_string()) return value.get<std::string>() + "?";
  json other = value;
  if (value.empty()) return json::array({0});
  for (auto& [key, item] : other.items()) {
    item = altered(item);
    break;
  }
  return other;
}

}  // namespace

TEST_CASE("every case passes") {
  std::ostringstream out;
  const CaseCount count = check_cases(path, out);
  CHECK_MESSAGE(count.failed == 0, out.str());
  CHECK(count.skipped == 0);
  CHECK(count.passed >= 269);
}

TEST_CASE("every expected field of an operator's case is compared") {
  int fields = 0;
  for (const json& c : cases()) {
    if (!is_operator_kind(c.at("kind"))) continue;
    for (const char* field :
         {"device_matrix", "tensor_maps", "out_maps", "slice_shapes", "out_slice_shapes", "forward",
          "out_device_matrix", "repeated_calc_num", "repeated_right", "forward_group_rank0",
          "mirror_input0", "mirror_input1", "mirror_slots", "reshape_output_before_next_op"}) {
      if (!c.contains(field)) continue;
      json other = c;
      other[field] = altered(c.at(field));
      const auto wrong = check_case(other);
      CHECK_MESSAGE(wrong, c.at("id").get<std::string>(), " ", field);
      ++fields;
    }
    json other = c;
    other["nobody_computes_this"] = 1;
    CHECK(check_case(other));
  }
  CHECK(fields > 700);
}

TEST_CASE("a case that is refused for another reason differs") {
  int refused = 0;
  for (json c : cases()) {
    if (c.at("kind") != "invalid") continue;
    REQUIRE(!check_case(c));
    const std::string reason = c.at("reason");
    c["reason"] =
        reason == "strategy_not_positive" ? "map_value_repeated" : "strategy_not_positive";
    refused += bool(check_case(c));
  }
  CHECK(refused >= 48);
}

TEST_CASE("what MindSpore takes is no invalid case") {
  const json taken = {{"kind", "invalid"},      {"op", "relu"},
                      {"shapes", {{8, 8}}},     {"devices", 8},
                      {"strategies", {{2, 2}}}, {"reason", "strategy_rank_mismatch"}};
  CHECK(*check_case(taken) == "Tenon takes it: expected strategy_rank_mismatch");
}
