// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an operator's steps do to a state: operands are brought, it computes, or a step before does
/// it. The planner's own rules (plan/moving.hpp, plan/fusing.hpp), priced.
#include <tenon/search/frontier_state.hpp>

namespace tenon::detail {

class FrontierSteps {
 public:
  constexpr FrontierSteps(Problem& problem, bool counts_computing)
      : problem_(problem), counts_computing_(counts_computing) {}

  /// What nothing reads any more is let go.
  constexpr void forget_read(FrontierState& state, int id) {
    const auto forget = [&](int node) {
      const SearchNode& x = problem_.of(node);
      if (x.last_reader <= id && !x.is_output) state.forget(node);
    };
    for (int input : problem_.node(id).inputs) forget(input);
    if (problem_.of(id).readers == 0) forget(id);
  }

  constexpr void bring(FrontierState& state, int node, int to) {
    if (to == unknown_layout) return;
    LayoutTable& layouts = problem_.layouts;
    const Index size = bytes(problem_.node(node).element);
    int nearest = unknown_layout;
    bool any = false;
    for (const NodeAt& x : state.held) {
      if (x.node != node) continue;
      if (x.at == to) return;
      if (!any || layouts.most_received(x.at, to) < layouts.most_received(nearest, to))
        nearest = x.at;
      any = true;
    }
    if (!any || nearest == unknown_layout) return;
    const LayoutTable::KnownRoute& route = layouts.route(nearest, to, size);
    state.cost = plus(state.cost, route.cost);
    for (int stop : route.stops) state.hold(node, stop);
  }

  /// As the planner's: a parameter that is loaded already is moved from where it lies.
  constexpr void bring_parameter(FrontierState& state, int node, int to) {
    const SearchNode& parameter = problem_.of(node);
    if (parameter.loaded.empty() || to == unknown_layout) return;
    int from = parameter.loaded[0];
    for (int one : parameter.loaded)
      if (one == to) from = to;
    bool held = false;
    for (const NodeAt& x : state.held) {
      if (x.node != node) continue;
      if (x.at == to) return;
      held = held || x.at == from;
    }
    const bool read_again = parameter.readers > 1;
    if (read_again && !held) state.hold(node, from);
    if (from == to) return;
    const auto& route = problem_.layouts.route(from, to, bytes(problem_.node(node).element));
    state.cost = plus(state.cost, route.cost);
    for (int stop : route.stops)
      if (read_again) state.hold(node, stop);
  }

  constexpr void operate(FrontierState& state, int id, const Placed& placed) {
    const Node& n = problem_.node(id);
    if (counts_computing_) state.cost = plus(state.cost, placed.compute);
    state.parameter_bytes += placed.parameter_bytes;
    for (int i = 0; i < n.inputs.size(); ++i) {
      if (problem_.is_parameter(n.inputs[i]))
        bring_parameter(state, n.inputs[i], placed.inputs[i]);
      else bring(state, n.inputs[i], placed.inputs[i]);
    }
    state.kernel = state.maker = -1;
    if (n.op->law.exists && n.op->takes_epilogue && placed.output != unknown_layout)
      state.kernel = state.maker = id, state.bias_free = state.activation_free = true;
    if (placed.summed == unknown_layout) return state.hold(id, placed.output);
    state.kernel = state.maker = -1;
    const auto& route = problem_.layouts.route(placed.output, placed.summed, bytes(n.element));
    state.cost = plus(state.cost, route.cost);
    state.hold(id, placed.summed);
    for (int i = 0; i + 1 < route.stops.size(); ++i) state.hold(id, route.stops[i]);
    state.hold(id, placed.output);
  }

  /// As `fused` of plan/fusing.hpp.
  constexpr bool fused(FrontierState& state, int id, const Placed& placed) {
    const Node& n = problem_.node(id);
    if (n.inputs.empty() || placed.output == unknown_layout) return false;
    const int x = n.inputs[0];
    if (problem_.of(x).readers != 1 || problem_.is_parameter(x)) return false;
    const int y = state.made(x);
    if (y == unknown_layout || placed.output != placed.inputs[0]) return false;
    return problem_.layouts.partial(y) ? fused_into_sum(state, id, placed, x, y)
                                       : fused_into_step(state, id, placed, x, y);
  }

 private:
  constexpr bool fused_into_step(FrontierState& state, int id, const Placed& placed, int x, int y) {
    const Node& n = problem_.node(id);
    if (placed.output != y) return false;
    if (state.kernel == x && state.activation_free) {
      const Distribution& lies = problem_.layouts[y];
      const int dimension = problem_.node(state.maker).op->bias_dimension;
      const int along = dimension < 0 ? lies.shape.size() - 1 : dimension;
      const bool bias = state.bias_free && problem_.of(id).adds_along == along;
      const bool fits = bias && problem_.layouts[placed.second].digits(0) == lies.digits(along);
      if (fits || (!bias && n.op->scalar.exists)) {
        if (bias) {
          state.bias_free = false, state.parameter_bytes += placed.parameter_bytes;
          bring_parameter(state, n.inputs[1], placed.inputs[1]);
        } else {
          state.activation_free = false;
        }
        state.hold(id, y);
        state.kernel = id;
        return true;
      }
    }
    if (!n.op->scalar.exists || state.sum != x || !state.sum_activation_free) return false;
    state.sum_activation_free = false;
    state.hold(id, y);
    return true;
  }
  constexpr bool fused_into_sum(FrontierState& state, int id, const Placed& placed, int x, int y) {
    const Node& n = problem_.node(id);
    LayoutTable& layouts = problem_.layouts;
    const int to = placed.inputs[0];
    if (layouts.partial(to)) return false;
    const bool bias = problem_.of(id).adds_along == n.shape.size() - 1;
    if (!bias && !n.op->scalar.exists) return false;
    const LayoutTable::KnownRoute route = layouts.route(y, to, bytes(problem_.node(x).element));
    if (bias) {
      const Distribution& summed = layouts[route.stops[0]];
      const Distribution& lies = layouts[placed.inputs[1]];
      const Distribution part =
          whole({n.shape.back()}).cut(0, summed.digits(summed.shape.size() - 1));
      if (!(lies == part) && !lies.cuts.empty()) return false;
      const bool is_part = lies == part;
      const int wanted = layouts.add(part);
      bring_parameter(state, n.inputs[1], placed.inputs[1]);
      if (!is_part && !problem_.of(n.inputs[1]).loaded.empty() &&
          problem_.of(n.inputs[1]).readers > 1)
        state.hold(n.inputs[1], wanted);  // a part of the whole is the same memory
    }
    state.cost = plus(state.cost, route.cost);
    state.parameter_bytes += placed.parameter_bytes;
    state.kernel = state.maker = -1;
    state.sum = id;
    state.sum_activation_free = bias;
    state.hold(id, to);
    return true;
  }

  Problem& problem_;
  bool counts_computing_;
};

}  // namespace tenon::detail
