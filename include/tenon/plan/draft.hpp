// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A plan in the making: what the passes share. The graph that is planned, where each node already
/// lies, and the steps so far.
#include <tenon/network/graph.hpp>
#include <tenon/plan/plan.hpp>
#include <tenon/plan/route.hpp>

namespace tenon {

struct PlanOptions {
  enum class Output : std::uint8_t { whole, rows, as_given, as_computed };
  bool mindspore = false;            // MindSpore's layouts of record and its way between them
  Vector<Distribution, 4> inputs{};  // how the inputs are given; none: every rank has the whole
  std::span<const Distribution> received{};  // how those behind lie, made by another stage
  Output output = Output::whole;     // what every rank gets
  Distribution given{};              // of the output, as_given
  const PlanView* parameters_of = nullptr;  // a plan whose parameters are loaded: keep them
  bool strict = false;                      // refuse the strategies that MindSpore refuses
  bool stay = false;  // operators without a strategy work where their operands lie, or not at all
};

namespace detail {

/// What was found out of two distributions: deep networks ask for the same again and again.
struct KnownWay {
  Distribution from, to;
  Index element_bytes = 0;
  Route route{};
};
struct KnownScratch {
  Distribution from, to;
  Index element_bytes = 0, bytes = 0;
};
inline constexpr std::size_t most_ways_known = 16;  // of each, the last ones

struct Draft {
  const Graph& graph;
  const PlanOptions& options;
  Plan plan{};
  List<List<int>> copies{};  // of each node: the buffers that hold it, first the one it was made in
  List<int> readers{};       // of each node; an output is one
  int activated = -1;        // the last step that applies an activation (no null: core/kernel.hpp)
  List<KnownWay> ways{};
  List<KnownScratch> scratches{};
  int sum = -1, summed = -1;  // the last exchange that finishes what it adds, and the node it makes

  constexpr Draft(const Graph& network, Index devices, const PlanOptions& wishes)
      : graph(network),
        options(wishes),
        copies(network.nodes.size()),
        readers(network.nodes.size()) {
    plan.devices = devices;
    plan.letters = graph.names.letters;
    plan.finding = graph.finding;
    plan.where = graph.finding.where;
    for (const Node& node : graph.nodes)
      for (int input : node.inputs) ++readers[std::size_t(input)];
    if (graph.output >= 0) ++readers[std::size_t(graph.output)];
    for (int output : graph.further) ++readers[std::size_t(output)];
  }
  constexpr const Node& node(int id) const { return graph.nodes[std::size_t(id)]; }
  constexpr const Distribution& lies(int buffer) const { return plan.buffer(buffer).distribution; }
  /// The buffer that holds a node as it was computed.
  constexpr int made(int id) const { return copies[std::size_t(id)][0]; }
  constexpr void report(const Finding& finding, Name where) {
    plan.finding = finding;
    plan.where = where;
  }
  constexpr int add_buffer(int id, Buffer::Place place, const Distribution& x, int base = -1) {
    plan.buffers.push_back({place, x, node(id).element, node(id).name, 0, base});
    const int buffer = int(plan.buffers.size()) - 1;
    copies[std::size_t(id)].push_back(buffer);
    return buffer;
  }
};

}  // namespace detail

}  // namespace tenon
