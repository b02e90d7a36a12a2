// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a search finds for a network, what else there is, and what to write into a program:
///   layer1.matmul   ((1,1),(1,8))   18.91 us   without a strategy 24.10 us
///   layer1.matmul.shard({{1, 1}, {1, 8}});
#include <tenon/io/input_files.hpp>
#include <tenon/model/find_stage_strategies.hpp>
#include <tenon/plan/cut_weights.hpp>
#include <tenon/plan/planned.hpp>
#include <tenon/search/alternatives.hpp>
#include <tenon/search/find_strategies.hpp>

#include "../support/auto_options.hpp"
#include "stages_text.hpp"
#include "strategy_words.hpp"

namespace tenon::explain {

struct AutoQuestion {
  program::AutoOptions search;
  std::string model, fixed, written;  // a file; strategies that stay; where to write what is found
  Index devices = 8, batch = 32;
  bool says_batch = false, as_json = false;
  std::vector<LayerStage> stages = {};
};

namespace detail {

/// @throws Error where what is found would be written over what it is found with.
inline void check_written(const AutoQuestion& q) {
  InputFiles inputs;
  inputs.add(q.model), inputs.add(q.fixed);
  inputs.check_apart(q.written);
}

/// The network without strategies, but those that stay.
inline Graph graph_of(const AutoQuestion& q) {
  Graph graph;
  if (q.model.empty()) {
    const Interface all = interface_of<Input<32, 28, 28>>(q.devices, q.batch);
    graph = trace(instantiate<Network>(q.devices), all.inputs);
  } else graph = model_graph(q.model, q.says_batch ? q.batch : 0);
  const bool keeps =
      q.model.empty() && search_mode(q.search.mode) == SearchMode::sharding_propagation;
  if (!keeps)
    for (Node& n : graph.nodes) n.splits = {};
  if (!q.fixed.empty()) graph = with_strategies(std::move(graph), read_strategies(q.fixed));
  return with_stages(std::move(graph), q.stages);
}

inline std::string microseconds(Picoseconds cost) {
  char words[32];
  std::snprintf(words, sizeof words, "%.2f us", double(cost) * 1e-6);
  return words;
}

struct WholeNetwork {
  std::string name;
  Plan plan;
  PlanCost cost;
};

/// The same network cut otherwise, beside what was found.
inline std::vector<WholeNetwork> whole_networks(const AutoQuestion& q, const Graph& graph,
                                                const Searched& found, const Machine& machine) {
  std::vector<WholeNetwork> all;
  const auto add = [&](const std::string& name, const Graph& cut) {
    Plan made = planned(cut, q.devices);
    if (made.finding) return;
    const PlanCost cost = plan_cost(made, machine);
    all.push_back({name, std::move(made), cost});
  };
  add("found", found.apply(graph));
  for (SearchMode mode : {SearchMode::dynamic_programming, SearchMode::recursive_programming,
                          SearchMode::sharding_propagation}) {
    if (text(mode) == q.search.mode) continue;
    SearchOptions options;
    options.mode = mode;
    const Searched other = search(graph, q.devices, machine, options);
    if (!other.finding) add(std::string(text(mode)), other.apply(graph));
  }
  add("without strategies", graph);
  if (q.devices > 1) add("--cut-weights", cut_weights(graph, q.devices));
  if (q.model.empty() && q.devices > 1)
    add("the tutorial's", trace(instantiate<Network>(q.devices),
                                interface_of<Input<32, 28, 28>>(q.devices, q.batch).inputs));
  return all;
}

/// Strategies of those operators alone that are told one, where they say the stages of all; else
/// also MindSpore's default of the others, whose stages the file would not say.
inline StrategyFile found_for_stages(const Graph& graph, Index devices) {
  const StrategyFile all = merge_strategies(stage_strategies(graph, devices));
  StrategyFile told = all;
  Graph bare = graph;
  std::vector<std::string> names;
  for (Node& n : bare.nodes) {
    if (n.kind == Node::Kind::operation && n.splits.stated())
      for (int input : n.inputs)
        names.push_back(tenon::detail::strategy_name(
            n.op->name, graph.names[graph.nodes[std::size_t(input)].name]));
    n.splits = {}, n.stage = -1;
  }
  std::erase_if(told.strategies, [&](const StoredStrategy& one) {
    return std::ranges::find(names, one.name) == names.end();
  });
  if (told.strategies.empty()) return all;
  const Graph again = with_strategies(std::move(bare), told);
  return stages_of(again, devices).of == stages_of(graph, devices).of ? told : all;
}

/// Of a network whose stages are given: what was found for each, and its plan.
inline void explain_stage_search(std::ostream& out, const AutoQuestion& q, const Graph& graph,
                                 const MachineFile& machine) {
  const Searched found = find_stage_strategies(graph, q.devices, machine.machine,
                                               program::mode_of(q.search.mode));
  const Graph cut = found.apply(graph);
  if (!q.written.empty()) write_strategy(q.written, found_for_stages(cut, q.devices));
  NetworkOptions shown{q.devices};
  shown.as_json = q.as_json, shown.model = q.model;
  json how{{"machine", machine.name},
           {"mode", q.search.mode},
           {"exact", found.exact},
           {"seconds", double(found.cost) * 1e-12}};
  for (std::size_t id = 0; id < found.splits.size(); ++id)
    if (graph.nodes[id].kind == Node::Kind::operation)
      how["operators"].push_back({{"name", graph.names[graph.nodes[id].name]},
                                  {"strategy", notation(found.splits[id])}});
  explain_stages(out, shown, cut, how);
  if (q.as_json) return;
  out << "\nfound for " << machine.name << ", each stage by itself, by " << q.search.mode << ": "
      << microseconds(found.cost) << " through all of them, without what goes between\n";
  for (std::size_t id = 0; id < found.splits.size(); ++id)
    if (found.splits[id].stated())
      out << "  " << member_in_cpp(graph, graph.nodes[id]) << ".shard("
          << in_cpp(found.splits[id], false) << ");\n";
  if (!q.written.empty()) out << "wrote " << q.written << "\n";
}

}  // namespace detail

/// @throws Error for a machine, a mode or a model that is none, and for strategies that do not fit
inline void explain_search(std::ostream& out, const AutoQuestion& q) {
  using namespace detail;
  check_written(q);
  const MachineFile machine = read_machine(q.search.machine);
  SearchOptions options;
  options.mode = program::mode_of(q.search.mode);
  const Graph graph = graph_of(q);
  if (has_stages(graph)) return explain_stage_search(out, q, graph, machine);
  const Searched found = find_strategies(graph, q.devices, machine.machine, options);
  const Graph cut = found.apply(graph);
  const auto others = alternatives(graph, q.devices, machine.machine, options, found);
  const auto networks = whole_networks(q, graph, found, machine.machine);
  if (!q.written.empty()) write_strategy(q.written, stated_strategy_file(cut, q.devices));
  const auto name = [&](const Node& n) { return std::string(graph.names[n.name]); };
  if (q.as_json) {
    json all{{"devices", q.devices},
             {"machine", machine.name},
             {"mode", q.search.mode},
             {"exact", found.exact},
             {"seconds", double(found.cost) * 1e-12}};
    for (std::size_t id = 0; id < others.size(); ++id) {
      if (others[id].empty()) continue;
      json ways = json::array();
      for (const Alternative& one : others[id])
        ways.push_back({{"strategy", notation(one.splits)}, {"seconds", double(one.cost) * 1e-12}});
      all["operators"].push_back({{"name", name(graph.nodes[id])},
                                  {"strategy", notation(found.splits[id])},
                                  {"alternatives", ways}});
    }
    for (const WholeNetwork& one : networks)
      all["networks"].push_back({{"name", one.name},
                                 {"seconds", one.cost.seconds()},
                                 {"compute", double(one.cost.compute) * 1e-12},
                                 {"exchange", double(one.cost.exchange) * 1e-12},
                                 {"collectives", one.plan.collectives()},
                                 {"bytes_sent", one.plan.bytes_sent()},
                                 {"messages", one.plan.messages()},
                                 {"peak_memory", one.plan.peak_memory()}});
    out << all.dump(1) << "\n";
    return;
  }
  out << (q.model.empty() ? "The tutorial's network" : q.model) << " on " << q.devices << " of "
      << machine.name << ", by " << q.search.mode << ": "
      << (found.exact ? "nothing is cheaper among " : "perhaps not the cheapest among ");
  std::size_t searched = 0, ways = 0;
  for (const auto& own : others) searched += !own.empty(), ways += own.size();
  out << ways << " ways of " << searched << " operators\n" << machine.source << "\n\n";
  const auto column = [&](std::string s, std::size_t width) {
    s.resize(std::max(s.size() + 2, width), ' ');
    return s;
  };
  out << column("", 24) << column("strategy", 22) << "the next best, and the worst (- is none)\n";
  for (std::size_t id = 0; id < others.size(); ++id) {
    if (others[id].empty()) continue;
    const Alternative* next = nullptr;
    for (const Alternative& one : others[id])
      if (!next && !(one.splits == found.splits[id])) next = &one;
    const Alternative& worst = others[id].back();
    out << column(name(graph.nodes[id]), 24) << column(notation(found.splits[id]), 22)
        << column(notation(next->splits), 16) << column(microseconds(next->cost), 12)
        << column(notation(worst.splits), 16) << microseconds(worst.cost) << "\n";
  }
  out << "\n"
      << column("", 24)
      << "microseconds: computing + exchanging   collectives   bytes sent   memory\n";
  for (const WholeNetwork& one : networks) {
    char words[128];
    std::snprintf(words, sizeof words, "%10.2f: %9.2f + %10.2f   %11lld   %10lld   %lld\n",
                  double(one.cost.total()) * 1e-6, double(one.cost.compute) * 1e-6,
                  double(one.cost.exchange) * 1e-6, static_cast<long long>(one.plan.collectives()),
                  static_cast<long long>(one.plan.bytes_sent()),
                  static_cast<long long>(one.plan.peak_memory()));
    out << column(one.name, 24) << words;
  }
  out << "\nin C++, where the network is constructed (or as a type, where an operator is "
         "called):\n";
  for (std::size_t id = 0; id < others.size(); ++id) {
    if (!found.splits[id].stated()) continue;
    out << column("  " + member_in_cpp(graph, graph.nodes[id]) + ".shard(" +
                      in_cpp(found.splits[id], false) + ");",
                  50)
        << "// " << in_cpp(found.splits[id], true) << "\n";
  }
  if (!q.written.empty()) out << "wrote " << q.written << "\n";
}

}  // namespace tenon::explain
