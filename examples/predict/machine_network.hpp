// SPDX-License-Identifier: Apache-2.0
#pragma once
/// tenon-predict network MODEL --machine mine.json: a forward on 8 to 4096 ranks of a machine that
/// is known by its numbers alone.
#include <chrono>

#include <tenon/search/plan_cost.hpp>

#include "network.hpp"

namespace tenon::program {

struct MachineRow {
  Index devices;
  PlanCost cost;
  Index collectives, bytes_sent, messages, memory;
  double planning_seconds;
};

/// @throws Error for what cannot be read or planned
inline MachineRow machine_row(const NetworkOptions& o, const Machine& machine, Index devices) {
  if (devices < 1 || devices > 4096)
    throw Error(sentence("--devices ", devices, "; legal: 1 to 4096"));
  const Graph graph = graph_of(o, devices, machine);
  const auto start = std::chrono::steady_clock::now();
  const Plan plan = planned(graph, devices);
  if (plan.finding) throw Error(text(plan.finding, plan.name(plan.where)));
  MachineRow row{devices,
                 plan_cost(plan, machine),
                 plan.collectives(),
                 plan.bytes_sent(),
                 plan.messages(),
                 plan.peak_memory(),
                 0};
  row.planning_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return row;
}

inline void predict_on_machine(const NetworkOptions& o) {
  const MachineFile file = read_machine(o.search.machine);
  std::vector<Index> counts = o.devices;
  if (counts.empty()) counts = {8, 64, 512, 4096};
  std::vector<MachineRow> rows;
  for (const Index devices : counts) rows.push_back(machine_row(o, file.machine, devices));
  nlohmann::ordered_json all{{"machine", file.name}, {"source", file.source}};
  if (!o.as_json)
    std::printf(
        "%s: %s\nmicroseconds a forward; bytes and messages of the rank that sends most, memory of "
        "each\n  ranks       total   computing  exchanging  collectives  bytes sent  messages      "
        " memory  planned in\n",
        file.name.c_str(), file.source.c_str());
  for (const MachineRow& row : rows) {
    if (o.as_json) {
      all["devices"].push_back({{"devices", row.devices},
                                {"seconds", row.cost.seconds()},
                                {"compute", double(row.cost.compute) * 1e-12},
                                {"exchange", double(row.cost.exchange) * 1e-12},
                                {"collectives", row.collectives},
                                {"bytes_sent", row.bytes_sent},
                                {"messages", row.messages},
                                {"peak_memory", row.memory},
                                {"fits", double(row.memory) <= file.machine.memory},
                                {"planning_seconds", row.planning_seconds}});
      continue;
    }
    std::printf("%7lld %11.2f %11.2f %11.2f %12lld %11lld %9lld %12lld%s %9.4f s\n",
                static_cast<long long>(row.devices), double(row.cost.total()) * 1e-6,
                double(row.cost.compute) * 1e-6, double(row.cost.exchange) * 1e-6,
                static_cast<long long>(row.collectives), static_cast<long long>(row.bytes_sent),
                static_cast<long long>(row.messages), static_cast<long long>(row.memory),
                double(row.memory) <= file.machine.memory ? " " : ", DOES NOT FIT",
                row.planning_seconds);
  }
  if (o.as_json) std::cout << all.dump(1) << "\n";
}

}  // namespace tenon::program
