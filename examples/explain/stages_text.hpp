// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network in pipeline stages: the plan of each, what goes from each to the next, and memory.
///   stage 0, ranks 0 to 3
///     1  layer1.matmul + bias, ReLU   [32/2, 784] [784, 512/2] [512/2] -> [32/2, 512/2]
///   to stage 1: each rank sends the rank 4 behind it 1 message of 16384 bytes
#include <tenon/comm/channel.hpp>
#include <tenon/io/stage_strategies.hpp>
#include <tenon/plan/planned_stages.hpp>
#include <tenon/plan/stage_text.hpp>

#include "explained_network.hpp"
#include "plan_text.hpp"

namespace tenon::explain {

/// Of the rank for which it is most: what it keeps for blocks from the stage before.
inline Index channel_bytes(const StagePlan& stage) {
  Index most = 0;
  for (Index rank = 0; rank < stage.plan.devices; ++rank)
    most = std::max(most, for_each_place(stage.received, rank, [](std::size_t, Index) {}));
  return most * Channel::depth;
}

inline json stage_json(const Pipeline& pipeline, Index number) {
  const StagePlan& stage = pipeline.stages[std::size_t(number)];
  json all = plan_json(stage.plan), sent = json::array();
  for (const Crossing& crossing : stage.sent)
    sent.push_back({{"name", std::string(pipeline.name(crossing.name))},
                    {"lies", text(crossing.lies)},
                    {"bytes", most_bytes(crossing, pipeline.ranks)},
                    {"passed_on", crossing.passed >= 0}});
  all["ranks"] = {number * pipeline.ranks, (number + 1) * pipeline.ranks - 1};
  all["sent_on"] = sent;
  all["bytes_sent_on"] = stage.bytes_sent_on();
  all["messages_sent_on"] = stage.bytes_sent_on() > 0 ? 1 : 0;
  all["channel_bytes"] = channel_bytes(stage);
  return all;
}

inline void show_stage(std::ostream& out, const Pipeline& pipeline, Index number) {
  const StagePlan& stage = pipeline.stages[std::size_t(number)];
  out << "\n" << stage_title(pipeline, number) << "\n";
  show_steps(out, stage.plan);
  if (const Index bytes = channel_bytes(stage))
    out << "  besides, " << bytes << " bytes for " << Channel::depth
        << " blocks from the stage before\n";
  if (stage.sent.empty()) return;
  out << sending_title(pipeline, number) << "\n";
  for (const Crossing& crossing : stage.sent) {
    out << "  " << text(pipeline, crossing) << "\n";
    for (const std::string& line : picture(crossing.lies, pipeline.ranks))
      out << "    " << line << "\n";
  }
}

/// What MindSpore would write down of each stage. @throws Error where `strict` and it refuses one
inline std::vector<NetworkRecord> stage_records(const Graph& graph, const NetworkOptions& o) {
  const Stages stages = stages_of(graph, o.devices);
  std::vector<NetworkRecord> records;
  for (Index stage = 0; stage < stages.count; ++stage) {
    records.push_back(network_record(StageGraph(graph, stages, stage).graph, stages.ranks));
    if (o.strict && records.back().refused)
      throw Error("MindSpore refuses it: " + refused(records.back()));
  }
  return records;
}

/// What `tenon-explain` says of a network that has stages.
/// @throws Error where stages or strategies do not fit
inline void explain_stages(std::ostream& out, const NetworkOptions& o, const Graph& graph,
                           const json& found = {}) {
  const Pipeline pipeline = planned_stages(graph, o.devices);
  std::vector<NetworkRecord> records;
  if (o.record || o.strict) records = stage_records(graph, o);
  const Index stages = Index(pipeline.stages.size());
  if (o.as_json) {
    json all{{"devices", o.devices}, {"batch", rows_of(graph)}, {"stages", json::array()}};
    if (!found.is_null()) all["found"] = found;
    for (Index stage = 0; stage < stages; ++stage) {
      all["stages"].push_back(stage_json(pipeline, stage));
      if (o.record) all["stages"].back()["record"] = to_json(records[std::size_t(stage)]);
    }
    out << all.dump(2) << "\n";
    return;
  }
  out << heading(o, graph) << ", in " << stages << " stages (notation: [32/2, 784] is 32 rows in 2 "
      << "blocks; ranks in pictures are those of the stage)\n";
  for (Index stage = 0; stage < stages; ++stage) {
    show_stage(out, pipeline, stage);
    if (!o.record) continue;
    out << "\nMindSpore's layouts of record\n";
    show_record(out, records[std::size_t(stage)]);
  }
}

}  // namespace tenon::explain
