// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The part of a network that is one stage of a pipeline, as a network of its own: its inputs are
/// those of the whole network that it reads and what earlier stages made, its outputs what later
/// ones read.
///   StageGraph part(graph, stages_of(graph, 8), 1);  part.graph.inputs, part.received, part.sent
#include <tenon/plan/stages.hpp>

namespace tenon {

namespace detail {

constexpr void for_each_output(const Graph& graph, auto&& visit) {
  if (graph.output >= 0) visit(graph.output);
  for (int output : graph.further) visit(output);
}

}  // namespace detail

struct StageGraph {
  Graph graph;
  List<int> nodes;     // of each of the graph's: the whole network's
  List<int> inputs;    // of each input: which of the whole network's; behind them what is received
  List<int> received;  // nodes of the whole network that come from the stage before, ascending
  List<int> read;      // of these: those that the stage reads itself; the others it passes on
  List<int> sent;      // nodes that go to the next stage, ascending
  List<int> made;      // of these: those that the stage makes, its graph's outputs

  /// What skips a stage goes through it.
  constexpr StageGraph(const Graph& whole, const Stages& stages, Index stage) {
    const std::size_t count = whole.nodes.size();
    const bool is_last = stage + 1 == stages.count;
    List<Index> last_reader(count);  // stages; -1: nobody
    List<bool> reads(count);         // whether this stage does
    for (Index& reader : last_reader) reader = -1;
    const auto read_in = [&](int id, Index reader) {
      const std::size_t x = std::size_t(id);
      if (reader > last_reader[x]) last_reader[x] = reader;
      if (reader == stage) reads[x] = true;
    };
    for (std::size_t id = 0; id < count; ++id)
      for (int input : whole.nodes[id].inputs) read_in(input, stages.of[id]);
    detail::for_each_output(whole, [&](int output) { read_in(output, stages.count - 1); });

    List<int> here(count);  // of each node of the whole network: the one of this stage
    const auto add = [&](std::size_t id, Node node) {
      here[id] = graph.add(std::move(node));
      nodes.push_back(int(id));
    };
    graph.names = whole.names;
    graph.finding = whole.finding;
    for (std::size_t i = 0; i < whole.inputs.size(); ++i)
      if (const std::size_t id = std::size_t(whole.inputs[i]); reads[id]) {
        add(id, whole.nodes[id]);
        graph.inputs.push_back(here[id]);
        inputs.push_back(int(i));
      }
    for (std::size_t id = 0; id < count; ++id) {
      const Node& n = whole.nodes[id];
      if (n.kind != Node::Kind::operation) continue;
      if (stages.of[id] <= stage && last_reader[id] > stage) sent.push_back(int(id));
      if (stages.of[id] >= stage || last_reader[id] < stage) continue;
      received.push_back(int(id));
      if (!reads[id]) continue;
      read.push_back(int(id));
      add(id, {Node::Kind::input, nullptr, {}, n.shape, n.element, n.name, {}, {}});
      graph.inputs.push_back(here[id]);
    }
    for (std::size_t id = 0; id < count; ++id) {
      const Node& n = whole.nodes[id];
      const bool is_operation = n.kind == Node::Kind::operation;
      if (n.kind == Node::Kind::input) continue;
      if (is_operation ? stages.of[id] != stage : !reads[id]) continue;
      Node own = n;
      for (int& input : own.inputs) input = here[std::size_t(input)];
      add(id, std::move(own));
      if (!is_operation) graph.parameters.push_back(here[id]);
      else if (!is_last && last_reader[id] > stage) made.push_back(int(id)), add_output(here[id]);
    }
    if (is_last)
      detail::for_each_output(whole, [&](int output) { add_output(here[std::size_t(output)]); });
    if (graph.output < 0) graph.output = int(graph.nodes.size()) - 1;  // nobody reads what it makes
  }

 private:
  constexpr void add_output(int id) {
    if (graph.output < 0) graph.output = id;
    else if (graph.further.size() < most_further) graph.further.push_back(id);
    else if (graph.finding.mistake == Mistake::too_many_sent) ++graph.finding.first;
    else if (!graph.finding)
      graph.finding = {
          Mistake::too_many_sent, graph.nodes[std::size_t(id)].name, -1, 0, most_further + 2,
          most_further + 1};
  }
  static constexpr int most_further = 15;
};

}  // namespace tenon
