// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A plan: its steps, what they cost, who holds what.
///   3 collectives; the worst rank sends 19456 bytes and receives 18304; 2.6 MB on every rank
#include <ostream>

#include <tenon/plan/text.hpp>

#include "network_record.hpp"
#include "picture.hpp"

namespace tenon::explain {

inline std::string costs(const Plan& plan) {
  return std::to_string(plan.collectives()) + " collectives; the worst rank sends " +
         std::to_string(plan.bytes_sent()) + " bytes and receives " +
         std::to_string(plan.bytes_received()) + " in " + std::to_string(plan.messages()) +
         " messages\nmemory of every rank: " + std::to_string(plan.parameters) +
         " bytes of parameters, " + std::to_string(plan.arena) + " for what is in between\n";
}

inline void show_steps(std::ostream& out, const Plan& plan) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i)
    out << (i < 9 ? "  " : " ") << i + 1 << "  " << text(view(plan), plan.steps[i]) << "\n";
  out << costs(plan);
}

/// A picture of each step's output, and of the input; a step that leaves all where it is has none.
inline void show_pictures(std::ostream& out, const Plan& plan) {
  const auto show = [&](const std::string& what, const Distribution& x) {
    out << "\n" << what << "  " << text(x) << "\n";
    for (const std::string& line : picture(x, plan.devices)) out << "  " << line << "\n";
  };
  for (int input : plan.inputs) show("input", plan.buffer(input).distribution);
  Distribution before;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    if (!(plan.to(step) == before))
      show(std::to_string(i + 1) + "  " + title(view(plan), step), plan.to(step));
    before = plan.to(step);
  }
}

inline void show_record(std::ostream& out, const NetworkRecord& record) {
  const auto row = [&](const std::string& a, const std::string& b, const std::string& c,
                       const std::string& d) {
    std::string s = "  " + a;
    s.resize(std::max(s.size() + 2, std::size_t(18)), ' ');
    s += b;
    s.resize(std::max(s.size() + 2, std::size_t(34)), ' ');
    s += c;
    s.resize(std::max(s.size() + 2, std::size_t(48)), ' ');
    s += d;
    s.erase(s.find_last_not_of(' ') + 1);
    out << s << "\n";
  };
  row("", "device matrix", "tensor map", "slice");
  for (const auto& [name, layout] : infer_predict_layout(record))
    row(name, text(layout.device_matrix), text(layout.tensor_map),
        text(layout.slice_shape) + " of " + text(layout.full_shape));
  out << "\nMindSpore's strategies\n";
  for (const StoredStrategy& stored : strategy_file(record).strategies)
    row(stored.name, text(stored.splits), "", "");
  if (record.refused) out << "\nMindSpore refuses it: " << refused(record) << "\n";
}

inline json plan_json(const Plan& plan) {
  json steps = json::array();
  for (const Step& step : plan.steps) {
    json inputs = json::array();
    for (int input : step.inputs) inputs.push_back(text(plan.buffer(input).distribution));
    const Grid g = grid(plan.to(step), plan.devices);
    steps.push_back({{"title", title(view(plan), step)},
                     {"inputs", inputs},
                     {"output", text(plan.to(step))},
                     {"communicates", Plan::communicates(step)},
                     {"rows", g.rows},
                     {"columns", g.columns},
                     {"holders", g.fields}});
  }
  return {{"steps", steps},
          {"collectives", plan.collectives()},
          {"bytes_sent", plan.bytes_sent()},
          {"bytes_received", plan.bytes_received()},
          {"messages", plan.messages()},
          {"parameter_bytes", plan.parameters},
          {"arena_bytes", plan.arena}};
}

}  // namespace tenon::explain
