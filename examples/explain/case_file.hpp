// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A file of facts about MindSpore, each checked:  {"cases": [{"id": ..., "kind": "relu", ...}]}
#include <fstream>
#include <ostream>

#include "invalid_cases.hpp"
#include "layout_cases.hpp"
#include "search_cases.hpp"

namespace tenon::explain {

inline bool knows_case(const std::string& kind) {
  return kind == "invalid" || kind == "hp_infer" || kind == "generate_strategies" ||
         kind == "pipeline_broadcast" || is_operator_kind(kind) || is_layout_operator_kind(kind) ||
         knows_layout_case(kind);
}

/// Nothing, or what differs in one line.
inline std::optional<std::string> check_case(const json& c) {
  const std::string kind = c.at("kind");
  try {
    if (kind == "invalid") return check_invalid_case(c);
    if (kind == "hp_infer") return check_newer_case(c);
    if (kind == "generate_strategies") return check_strategy_count(c);
    if (kind == "pipeline_broadcast") return check_pipeline_broadcast(c);
    if (is_operator_kind(kind)) return check_operator_case(c);
    if (is_layout_operator_kind(kind)) return check_layout_operator_case(c);
    return check_layout_case(c);
  } catch (const std::exception& error) {
    return error.what();
  }
}

struct CaseCount {
  int passed = 0, failed = 0, skipped = 0;
};

/// Checks every case of a kind that is known; a line for each that differs, then the count.
/// @throws Error if it is no such file
inline CaseCount check_cases(const std::string& path, std::ostream& out) {
  std::ifstream file(path);
  if (!file) throw Error("cannot read " + path);
  const json content = json::parse(file, nullptr, false);
  const auto is_list = [&] {
    return content.is_object() && content.contains("cases") && content.at("cases").is_array();
  };
  if (content.is_discarded() || !is_list())
    throw Error(path + " is no file of cases: JSON with a list named cases is expected");
  for (const json& c : content.at("cases"))
    if (!c.is_object() || !c.contains("kind") || !c.at("kind").is_string())
      throw Error(path + " has a case without a kind: " + c.dump().substr(0, 80));
  CaseCount count;
  for (const json& c : content.at("cases")) {
    if (!knows_case(c.at("kind"))) {
      ++count.skipped;
      continue;
    }
    const std::optional<std::string> wrong = check_case(c);
    ++(wrong ? count.failed : count.passed);
    if (wrong) out << (c.contains("id") ? c.at("id") : json("?")).dump() << ": " << *wrong << "\n";
  }
  out << count.passed << " passed, " << count.failed << " failed, " << count.skipped
      << " skipped\n";
  return count;
}

}  // namespace tenon::explain
