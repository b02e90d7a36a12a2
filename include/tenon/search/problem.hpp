// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A graph as the search sees it: of each operator the ways in which it may work, and what each
/// needs and leaves, as numbers of layouts.
#include <tenon/plan/defaults.hpp>
#include <tenon/plan/draft.hpp>
#include <tenon/search/candidates.hpp>
#include <tenon/search/compute_cost.hpp>
#include <tenon/search/layout_table.hpp>
#include <tenon/search/machine_check.hpp>

namespace tenon::detail {

/// An operator at work somewhere.
struct Placed {
  Vector<int, 4> inputs;
  int output = unknown_layout;
  int summed = unknown_layout;  // where its own output split wants the sums; unknown: nowhere
  Picoseconds compute = 0;
  Index parameter_bytes = 0;    // of parameters that nobody reads before
  int second = unknown_layout;  // operand 1 as the equation places it, were it no parameter
};

/// One way: with a strategy, or without one. Without one an operator follows its first operand,
/// but MatMul and its like have a place of their own.
struct Candidate {
  Splits splits;
  bool follows = false;
  Placed placed;
};

struct SearchNode {
  List<Candidate> candidates;  // of an operator
  int first_reader = -1, first_operand = -1;
  int last_reader = -1, readers = 0;  // an output is a reader, behind all
  bool is_output = false;
  bool passes[4]{};     // whether what it does leaves every element of operand i where it is
  int adds_along = -1;  // the dimension along which it adds a parameter, or -1
  List<int> loaded;     // of a parameter: the layouts in which it is there already
};

struct Problem {
  const Graph& graph;
  PlanOptions options;
  LayoutTable layouts;
  List<SearchNode> nodes;
  Finding finding{};
  bool all_ways_there = true;  // beyond 64 devices those over fewer are left out
  Memo followed{};
  List<Placed> follows{};

  constexpr Problem(const Graph& network, Index devices, const Machine& machine,
                    const PlanOptions& wishes)
      : graph(network), options(wishes), layouts(devices, machine), nodes(network.nodes.size()) {
    check_machine(machine, devices);
    if (wishes.mindspore || wishes.stay || !wishes.received.empty())
      throw Error(
          "a search knows not PlanOptions::mindspore, stay and received; "
          "legal: inputs, output, given, parameters_of and strict");
    for (int id = 0; wishes.parameters_of && id < int(nodes.size()); ++id)
      for (const Buffer& b : wishes.parameters_of->buffers)
        if (is_parameter(id) && b.place == Buffer::Place::parameter &&
            wishes.parameters_of->name(b.name) == graph.names[node(id).name])
          of(id).loaded.push_back(layouts.add(b.distribution));
  }
  constexpr const Node& node(int id) const { return graph.nodes[std::size_t(id)]; }
  constexpr SearchNode& of(int id) { return nodes[std::size_t(id)]; }
  constexpr bool is_parameter(int id) const { return node(id).kind == Node::Kind::parameter; }
  constexpr Equation equation(int id, const Splits& splits) const {
    Operands o = graph.operands(node(id), layouts.devices());
    o.splits = splits;
    return node(id).op->equation(o);
  }
  /// Where an operator wants operand i; as the planner's operand_place.
  constexpr Distribution operand(int id, const Equation& e, const Placement& p, int i) const {
    Distribution x = p.inputs[i];
    if (!is_parameter(node(id).inputs[i])) return x;
    for (int d = 0; d < x.shape.size(); ++d)
      if (x.shape[d] == 1 && dimension_of(e.outputs[0], e.inputs[i][d].letter) >= 0)
        x = x.cut(d, {});
    return x;
  }
  constexpr Placed placed(int id, const Equation& e, const Placement& p) {
    const Node& n = node(id);
    Placed made;
    Vector<Dims, 4> blocks;
    Vector<Index, 4> sizes;
    for (int i = 0; i < n.inputs.size(); ++i) {
      const Distribution x = operand(id, e, p, i);
      made.inputs.push_back(layouts.add(x));
      blocks.push_back(x.largest_block());
      sizes.push_back(bytes(node(n.inputs[i]).element));
      if (is_parameter(n.inputs[i]) && of(n.inputs[i]).first_reader == id &&
          of(n.inputs[i]).loaded.empty())
        made.parameter_bytes += product(x.largest_block()) * bytes(node(n.inputs[i]).element);
    }
    if (p.inputs.size() > 1) made.second = layouts.add(p.inputs[1]);
    made.output = layouts.add(p.output);
    if (n.op->law.exists)
      made.compute = compute_cost(
          work_of(*n.op, n.attributes, blocks, sizes, p.output.largest_block(), bytes(n.element)),
          layouts.devices(), layouts.machine());
    return made;
  }

  /// An operator that follows what lies in a layout that is no partial sum.
  constexpr const Placed& follow(int id, int layout) {
    int& known = followed[(std::uint64_t(id) << 32) ^ std::uint64_t(layout + 1)];
    if (known >= 0) return follows[std::size_t(known)];
    known = int(follows.size());
    const Node& n = node(id);
    if (layout == unknown_layout) {
      follows.push_back(unknown(id));
      return follows.back();
    }
    const Equation e = equation(id, {});
    const Operands o = graph.operands(n, layouts.devices());
    LetterCuts cuts;
    const int first = followed_operand(id);
    for (int d = 0; first >= 0 && d < e.inputs[first].size(); ++d) {
      const EquationAxis axis = e.inputs[first][d];
      if (!axis.letter || axis.repeated || !may_be_cut(axis.letter)) continue;
      for (const Digit& digit : layouts[layout].digits(d)) cuts.push_back({axis.letter, digit});
    }
    Placement p = place(e, o.shapes, n.shape, cuts);
    if (p.finding) p = place(e, o.shapes, n.shape, LetterCuts{});
    follows.push_back(placed(id, e, p));
    return follows.back();
  }
  /// Its first operand that is no parameter, or -1.
  constexpr int followed_operand(int id) const {
    for (int i = 0; i < node(id).inputs.size(); ++i)
      if (!is_parameter(node(id).inputs[i])) return i;
    return -1;
  }
  /// An operator of which nothing is decided.
  constexpr Placed unknown(int id) const {
    return {Vector<int, 4>::filled(node(id).inputs.size(), unknown_layout)};
  }
  constexpr Distribution output_distribution(int output) const {
    switch (options.output) {
      case PlanOptions::Output::as_given: return options.given;
      case PlanOptions::Output::rows:
        return whole(node(output).shape).cut(0, {{layouts.devices(), 1}});
      default: return whole(node(output).shape);
    }
  }
};

}  // namespace tenon::detail
