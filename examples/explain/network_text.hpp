// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The plan of a network, whole or in pipeline stages, as it runs or as MindSpore would run it.
///   explain_network(std::cout, {.devices = 8, .batch = 32});
#include "explained_network.hpp"
#include "plan_text.hpp"
#include "stages_text.hpp"

namespace tenon::explain {

struct PlannedNetwork {
  Graph graph;
  Plan plan;
};

/// As it runs, or with `mindspore` as MindSpore would run it.
/// @throws Error with what is wrong with the network's strategies on so many devices
inline PlannedNetwork planned_network(Graph graph, Index devices, bool mindspore) {
  PlanOptions options;
  options.mindspore = mindspore;
  PlannedNetwork made{std::move(graph), {}};
  made.plan = plan(made.graph, devices, options);
  if (made.plan.finding) throw Error(text(made.plan.finding, made.plan.name(made.plan.where)));
  return made;
}
inline PlannedNetwork tutorial_plan(Index devices, Index batch, bool mindspore) {
  return planned_network(explained_graph({devices, batch}), devices, mindspore);
}

/// What `tenon-explain` says without an operator.
/// @throws Error where the strategies do not fit, with `strict` also where MindSpore refuses them
inline void explain_network(std::ostream& out, const NetworkOptions& o) {
  if (o.devices > 256)  // who sends what to whom is counted rank by rank
    throw Error("the plan of the network is shown on 256 ranks at most, not " +
                std::to_string(o.devices));
  Graph graph = explained_graph(o);
  if (has_stages(graph)) return explain_stages(out, o, graph);
  const PlannedNetwork made = planned_network(std::move(graph), o.devices, o.record);
  std::optional<NetworkRecord> record;
  if (o.record || o.strict) record = network_record(made.graph, o.devices);
  if (o.strict && record->refused) throw Error("MindSpore refuses it: " + refused(*record));
  if (o.as_json) {
    json all = plan_json(made.plan);
    all["devices"] = o.devices;
    all["batch"] = rows_of(made.graph);
    if (o.record) all["record"] = to_json(*record);
    out << all.dump(2) << "\n";
    return;
  }
  out << heading(o, made.graph) << (o.record ? ", as MindSpore would run it" : "")
      << " (notation: [32/2, 784] is 32 rows in 2 blocks)\n\n";
  show_steps(out, made.plan);
  if (!o.record) return show_pictures(out, made.plan);
  out << "\nMindSpore's layouts of record\n";
  show_record(out, *record);
}

}  // namespace tenon::explain
