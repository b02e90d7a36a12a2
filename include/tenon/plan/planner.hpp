// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From a graph to the steps of every rank, in one walk over its nodes: place the operator, bring its
/// operands there, compute, fuse. An ordinary function that also runs in the compiler.
///   Plan p = plan(trace(network, {{{32, 28, 28}}}), 8);
#include <tenon/plan/address.hpp>
#include <tenon/plan/defaults.hpp>
#include <tenon/plan/route.hpp>

namespace tenon {

struct PlanOptions {
  enum class Output : std::uint8_t { whole, rows, as_given, as_computed };
  bool mindspore = false;           // MindSpore's layouts of record and its way between them
  Vector<Distribution, 4> inputs;   // how the inputs are given; none: every rank has the whole
  Output output = Output::whole;
  Distribution given;               // of the output, as_given
  bool stay = false;                // operators without a strategy work where their operands lie, or not at all
};

namespace detail {

class Planner {
 public:
  constexpr Planner(const Graph& graph, Index devices, const PlanOptions& options)
      : graph_(graph), options_(options), copies_(graph.nodes.size()), readers_(graph.nodes.size()) {
    plan_.devices = devices;
    plan_.letters = graph.names.letters;
    plan_.finding = graph.finding;
    plan_.where = graph.finding.where;
    for (const Node& node : graph.nodes)
      for (int input : node.inputs) ++readers_[std::size_t(input)];
    ++readers_[std::size_t(graph.output)];
  }

  constexpr Plan run() {
    for (int id = 0; id < int(graph_.nodes.size()) && !plan_.finding; ++id) visit(id);
    if (plan_.finding) return plan_;
    plan_.output = bring(graph_.output, output_distribution());
    give_addresses(plan_);
    return plan_;
  }

 private:
  constexpr const Node& node(int id) const { return graph_.nodes[std::size_t(id)]; }
  constexpr const Distribution& lies(int buffer) const { return plan_.buffers[std::size_t(buffer)].distribution; }
  /// The buffer that holds a node as it was computed.
  constexpr int made(int id) const { return copies_[std::size_t(id)][0]; }

  constexpr void visit(int id) {
    const Node& n = node(id);
    switch (n.kind) {
      case Node::Kind::parameter: return;  // placed where it is read
      case Node::Kind::input: {
        const std::size_t at = plan_.inputs.size();
        const bool given = int(at) < options_.inputs.size();
        plan_.inputs.push_back(add_buffer(id, Buffer::Place::input, given ? options_.inputs[int(at)] : whole(n.shape)));
        return;
      }
      case Node::Kind::operation: operate(id);
    }
  }

  constexpr void operate(int id) {
    const Node& n = node(id);
    const Operands operands = graph_.operands(n, plan_.devices);
    const Equation e = n.op->equation(operands);
    const Placement p = place_operator(id, e, operands);
    if (p.finding) {
      plan_.finding = p.finding;
      plan_.where = n.name;
      return;
    }
    if (fused(id, p)) return;
    Step step{.op = n.op, .attributes = n.attributes, .name = n.name};
    for (int i = 0; i < n.inputs.size(); ++i) step.inputs.push_back(bring(n.inputs[i], p.inputs[i]));
    const bool same_memory = !n.op->law.of_float;
    if (same_memory) step.kind = Step::Kind::view;
    step.output = add_buffer(id, same_memory ? Buffer::Place::view : Buffer::Place::arena, p.output,
                             same_memory ? step.inputs[0] : -1);
    plan_.steps.push_back(step);
    if (n.splits.output.empty()) return;
    const Summed summed = summed_as(p.output, n.splits.output);
    if (summed.finding) plan_.finding = summed.finding, plan_.where = n.name;
    else if (p.output.partial()) replace(id, go(id, step.output, summed.distribution));
  }

  /// A stated strategy; else where the first operand lies, or MindSpore's default.
  constexpr Placement place_operator(int id, const Equation& e, const Operands& operands) const {
    const Node& n = node(id);
    if (n.splits.stated()) return place(e, operands.shapes, n.shape, n.splits, plan_.devices);
    if (options_.stay) {
      Vector<Distribution, 4> given;
      for (int input : n.inputs) given.push_back(lies(made(input)));
      const Following f = follow(e, given);
      return f.finding ? Placement{f.finding, {}, {}} : place(e, operands.shapes, n.shape, f.cuts);
    }
    if (n.op->batch_parallel || options_.mindspore)
      return place(e, operands.shapes, n.shape, batch_parallel(e, operands, plan_.devices, !options_.mindspore), plan_.devices);
    const Placement p = place(e, operands.shapes, n.shape, cuts_to_follow(id, e));
    return p.finding ? place(e, operands.shapes, n.shape, LetterCuts{}) : p;
  }

  /// The cuts of the first operand that is no parameter, where the operator may keep them. A partial
  /// sum goes at once where its result's reader wants it.
  constexpr LetterCuts cuts_to_follow(int id, const Equation& e) const {
    const Node& n = node(id);
    LetterCuts cuts;
    for (int i = 0; i < n.inputs.size(); ++i) {
      if (node(n.inputs[i]).kind == Node::Kind::parameter) continue;
      Distribution x = lies(made(n.inputs[i]));
      if (x.partial()) x = e.inputs[i] == e.outputs[0] ? wanted(id) : x.summed();
      for (int d = 0; d < x.shape.size(); ++d) {
        const EquationAxis axis = e.inputs[i][d];
        if (!axis.letter || axis.repeated || !may_be_cut(axis.letter)) continue;
        for (const Digit& digit : x.digits(d)) cuts.push_back({axis.letter, digit});
      }
      break;
    }
    return cuts;
  }

  /// Where the first reader of a node wants it, as far as it is known beforehand.
  constexpr Distribution wanted(int id) const {
    if (id == graph_.output) return options_.output == PlanOptions::Output::as_computed ? whole(node(id).shape) : output_distribution();
    for (int reader = id + 1; reader < int(graph_.nodes.size()); ++reader) {
      const Node& n = node(reader);
      for (int i = 0; i < n.inputs.size(); ++i) {
        if (n.inputs[i] != id) continue;
        const Operands operands = graph_.operands(n, plan_.devices);
        const Equation e = n.op->equation(operands);
        if (n.splits.stated() || n.op->batch_parallel) {
          const Placement p = place_operator(reader, e, operands);
          return p.finding ? whole(node(id).shape) : p.inputs[i];
        }
        return e.inputs[i] == e.outputs[0] ? wanted(reader) : whole(node(id).shape);
      }
    }
    return whole(node(id).shape);
  }

  constexpr Distribution output_distribution() const {
    switch (options_.output) {
      case PlanOptions::Output::as_given: return options_.given;
      case PlanOptions::Output::as_computed: return lies(made(graph_.output)).summed();
      case PlanOptions::Output::rows: return whole(node(graph_.output).shape).cut(0, {{plan_.devices, 1}});
      case PlanOptions::Output::whole: break;
    }
    return whole(node(graph_.output).shape);
  }

  constexpr int add_buffer(int id, Buffer::Place place, const Distribution& x, int base = -1) {
    plan_.buffers.push_back({place, x, node(id).element, node(id).name, 0, base});
    const int buffer = int(plan_.buffers.size()) - 1;
    copies_[std::size_t(id)].push_back(buffer);
    return buffer;
  }

  /// The buffer that holds a node in a distribution: an old one, or one at the end of a route.
  constexpr int bring(int id, const Distribution& to) {
    const List<int>& held = copies_[std::size_t(id)];
    for (int buffer : held)
      if (lies(buffer) == to) return buffer;
    if (node(id).kind == Node::Kind::parameter) return add_buffer(id, Buffer::Place::parameter, to);
    int nearest = held[0];
    for (std::size_t i = 1; i < held.size() && !options_.mindspore; ++i)
      if (most_received(lies(held[i]), to, plan_.devices) < most_received(lies(nearest), to, plan_.devices)) nearest = held[i];
    return go(id, nearest, to);
  }

  constexpr int go(int id, int from, const Distribution& to) {
    const Route route = options_.mindspore ? mindspore_route(lies(from), to)
                                           : shortest_route(lies(from), to, bytes(node(id).element), plan_.devices);
    for (const Distribution& stop : route) from = move(id, from, stop);
    return from;
  }

  constexpr int move(int id, int from, const Distribution& to) {
    const Movement m = movement(lies(from), to);
    bool rows = m == Movement::slice;  // rows of what is contiguous are the same memory
    for (int d = 1; d < to.shape.size(); ++d) rows = rows && lies(from).digits(d) == to.digits(d);
    const int y = add_buffer(id, rows ? Buffer::Place::view : Buffer::Place::arena, to, rows ? from : -1);
    Step step{.kind = rows ? Step::Kind::view : Step::Kind::exchange, .inputs = {from}, .output = y, .movement = m, .name = node(id).name};
    if (!rows && m != Movement::slice) step.scratch_bytes = scratch_of(lies(from), to, bytes(node(id).element));
    plan_.steps.push_back(step);
    return y;
  }

  /// Room for all that the rank which moves most takes and gives.
  constexpr Index scratch_of(const Distribution& from, const Distribution& to, Index element_bytes) const {
    List<Index> moved(std::size_t(plan_.devices));
    for (Index rank = 0; rank < plan_.devices; ++rank)
      for_each_piece(from, to.box(rank), rank, [&](Index source, const Box& box) {
        if (source == rank) return;
        moved[std::size_t(rank)] += volume(box);
        moved[std::size_t(source)] += volume(box);
      });
    Index most = 0;
    for (Index n : moved) most = n > most ? n : most;
    return (most * element_bytes + 63) / 64 * 64;
  }

  constexpr void replace(int id, int buffer) {
    List<int>& held = copies_[std::size_t(id)];
    for (int& other : held)
      if (other == buffer) other = held[0];
    held[0] = buffer;
  }

  /// A bias or a scalar function that the step just before can do by itself.
  constexpr bool fused(int id, const Placement& p) {
    const Node& n = node(id);
    if (options_.mindspore || n.inputs.empty() || plan_.steps.empty() || readers_[std::size_t(n.inputs[0])] != 1) return false;
    Step& before = plan_.steps.back();
    if (copies_[std::size_t(n.inputs[0])].empty() || made(n.inputs[0]) != before.output) return false;
    const Distribution& y = lies(before.output);
    if (before.kind != Step::Kind::compute || !before.op->takes_epilogue || before.activation || !(p.inputs[0] == y) || !(p.output == y) || y.partial())
      return false;
    if (n.op->adds && !before.bias && node(n.inputs[1]).kind == Node::Kind::parameter) {
      const Dims& bias = node(n.inputs[1]).shape;
      if (bias.size() != 1 || bias[0] != y.shape.back() || p.inputs[1].digits(0) != y.digits(y.shape.size() - 1)) return false;
      before.bias = true;
      before.inputs.push_back(bring(n.inputs[1], p.inputs[1]));
    } else if (n.op->scalar.of_float) {
      before.activation = n.op;
    } else {
      return false;
    }
    copies_[std::size_t(id)].push_back(before.output);
    return true;
  }

  const Graph& graph_;
  const PlanOptions& options_;
  Plan plan_;
  List<List<int>> copies_;  // of each node: the buffers that hold it, first the one it was made in
  List<int> readers_;       // of each node; the network's output is one
};

}  // namespace detail

/// Steps, layouts and addresses for so many devices; or the finding that forbids them.
/// Cost: microseconds at run time.
constexpr Plan plan(const Graph& graph, Index devices, const PlanOptions& options = {}) {
  return detail::Planner(graph, devices, options).run();
}

}  // namespace tenon
