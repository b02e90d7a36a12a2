// SPDX-License-Identifier: Apache-2.0
// What goes between nodes, element by element; and prices that were worked out by hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/search/search.hpp>


using namespace tenon;

namespace {

struct TakenByNode {
  Index elements = 0, sources = 0;
};

/// Visits every element of a box as its number.
void for_each_number(const Box& box, const Dims& shape, auto&& visit) {
  Dims at;
  for (int d = 0; d < box.size(); ++d) {
    if (box[d].size() == 0) return;
    at.push_back(box[d].first);
  }
  for (;;) {
    Index number = 0;
    for (int d = 0; d < box.size(); ++d) number = number * shape[d] + at[d];
    visit(number);
    int d = box.size() - 1;
    while (d >= 0 && ++at[d] == box[d].last) at[d] = box[d].first, --d;
    if (d < 0) return;
  }
}

/// As exchanges take: each element that a rank wants comes from the ranks that for_each_piece
/// names; a node takes it once from each node, and not at all where one of its ranks has it.
TakenByNode taken_element_by_element(const Distribution& from, const Distribution& to, Index node,
                                     Index node_ranks, Index devices) {
  std::set<std::pair<Index, Index>> taken;  // element, node
  std::set<Index> wanted, has, nodes;
  const Index first = node * node_ranks, last = std::min(first + node_ranks, devices);
  for (Index rank = first; rank < last && !from.partial(); ++rank)
    for_each_number(from.box(rank), from.shape, [&](Index i) { has.insert(i); });
  for (Index rank = first; rank < last; ++rank) {
    std::set<Index> now;
    for_each_piece(from, to.box(rank), rank, [&](Index source, const Box& box) {
      for_each_number(box, from.shape, [&](Index i) {
        if (wanted.contains(i) || has.contains(i)) return;  // another rank of the node brings it
        now.insert(i);
        if (source / node_ranks != node) taken.insert({i, source / node_ranks});
      });
    });
    wanted.insert(now.begin(), now.end());
  }
  for (const auto& [element, other] : taken) nodes.insert(other);
  return {Index(taken.size()), Index(nodes.size())};
}

}  // namespace

TEST_CASE("what a node takes from others, whether cuts fit nodes or not, element by element") {
  int fit = 0, unfit = 0;
  std::uint64_t state = 1;
  const auto draw = [&](Index count) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return Index(state >> 33) % count;
  };
  for (int i = 0; i < 3000; ++i) {
    const Index counts[] = {4, 6, 8, 12};
    const Index devices = counts[draw(4)], node_ranks = 2 + draw(5);
    const Dims shape{1 + draw(12), 1 + draw(12)};
    // Two or three axes of ranks, each of them cuts a dimension, or sums, or neither.
    const auto random_distribution = [&](bool may_sum) {
      Index left = devices;
      Digits digits[3];
      while (left > 1) {
        Index parts = 2 + draw(left - 1);
        while (left % parts) parts = 2 + draw(left - 1);
        left /= parts;
        const Index where = draw(4);
        if (where < (may_sum ? 3 : 2)) digits[where].push_back({parts, left});
      }
      Distribution x = whole(shape);
      for (int d = 0; d < 2; ++d) x = x.cut(d, digits[d]);
      return x.cut(Cut::sum, digits[2]);
    };
    const Distribution from = random_distribution(true), to = random_distribution(false);
    CAPTURE(i);
    const bool fits = tenon::detail::fits_nodes(from, node_ranks, devices) &&
                      tenon::detail::fits_nodes(to, node_ranks, devices);
    ++(fits ? fit : unfit);
    for (Index node = 0; node * node_ranks < devices; ++node) {
      const TakenByNode all =
          taken_element_by_element(from, to, node, node_ranks, devices);
      const auto one = tenon::detail::node_intake(from, to, node, node_ranks, devices);
      CHECK(one.elements == all.elements);
      CHECK(one.sources == all.sources);
      if (!fits || !from.divides_evenly() || !to.divides_evenly()) continue;
      const auto quick = tenon::detail::intake(tenon::detail::over_nodes(from, node_ranks),
                                               tenon::detail::over_nodes(to, node_ranks),
                                               node * node_ranks);
      CHECK(quick.elements == all.elements);
      CHECK(quick.sources == all.sources);
    }
  }
  CHECK(fit > 200);
  CHECK(unfit > 200);
}

TEST_CASE("a cut that does not fit nodes is not cheaper than its nodes' intake") {
  // Rows over 6 ranks, gathered; nodes of 4 and 2 ranks: the second takes four rows of six.
  const Distribution rows = whole({6, 100}).cut(0, {{6, 1}}), all = whole({6, 100});
  tenon::Machine machine;
  machine.node_ranks = 4;
  machine.inside = {};
  machine.between = {.exchange = 1e-3, .message = 1e-4, .rate = 1e6};
  CHECK(exchange_cost(rows, all, 4, 6, machine) == duration(1e-3 + 1e-4 + 4 * 100 * 4 / 1e6));
}

namespace {

/// docs/auto_parallel.md, "What it costs on a machine".
constexpr tenon::Machine priced_by_hand{.flops = 1e9,
                                        .memory_rate = 1e9,
                                        .step = 1e-6,
                                        .node_ranks = 4,
                                        .processors = 4,
                                        .inside = {1e-5, 1e-6, 1e8, 5e7},
                                        .between = {1e-4, 1e-5, 1e7}};

/// x [8, 16] times w [16, 32], and what follows.
double seconds_of(const Splits& splits, Index devices, bool with_bias = false) {
  struct Product {
    Splits splits;
    bool with_bias;
    Value construct(Value x) const {
      MatMul product;
      if (splits.stated()) product.shard({splits.inputs[0], splits.inputs[1]});
      const Value y = product(x, parameter(*x.graph, "a", "w", {16, 32}));
      return with_bias ? relu(add(y, parameter(*x.graph, "a", "b", {32}))) : softmax(y);
    }
  };
  const Graph graph = trace(Product{splits, with_bias}, {{{8, 16}}});
  const Plan p = plan(graph, devices);
  REQUIRE(!p.finding);
  const Picoseconds total = plan_cost(p, priced_by_hand).total();
  tenon::detail::Problem problem(graph, devices, priced_by_hand, {});
  tenon::detail::add_ways(problem, {});
  const List<int> ways = tenon::detail::all_ways(problem, 0);
  CHECK(tenon::detail::walk(problem, ways, {}).states[0].cost == total);
  return double(total) * 1e-12;
}

/// To a few picoseconds: each part is rounded to whole ones.
void check_seconds(double found, double by_hand) { CHECK(std::abs(found - by_hand) < 1e-11); }

}  // namespace

TEST_CASE("prices of small plans, worked out by hand from the documented table") {
  const double step = 1e-6, flops = 1e9, memory = 1e9, inside = 1e8, sums = 5e7, between = 1e7;
  const double exchange = 1e-5, message = 1e-6, far_exchange = 1e-4, far_message = 1e-5;
  const auto overlapping = [](double a, double b) {
    const double longer = std::max(a, b), shorter = std::min(a, b);
    return longer + std::pow(shorter, 3) / (3 * longer * longer);
  };
  // One rank: 2 m n k operations take longer than the bytes of x, w and y; then a softmax, which
  // reads and writes 8 x 32 elements.
  const double product = step + overlapping(2. * 8 * 16 * 32 / flops,
                                         (8 * 16 + 16 * 32 + 8 * 32) * 4 / memory);
  const double softmax = step + overlapping(8 * 32 / flops, 2 * 8 * 32 * 4 / memory);
  check_seconds(product, 1e-6 + 8.192e-6 + 0.228667e-6);
  check_seconds(seconds_of({}, 1), product + softmax);
  // A bias and a ReLU are done by the product, and cost nothing more.
  check_seconds(seconds_of({}, 1, true), product);

  // Columns over 4: each computes 8 of 32 columns; the softmax needs rows whole, so that each takes
  // three blocks of [8, 8] from three others before it.
  const double columns = step + overlapping(2. * 8 * 16 * 8 / flops,
                                         (8 * 16 + 16 * 8 + 8 * 8) * 4 / memory);
  check_seconds(seconds_of({{1, 1}, {1, 4}}, 4),
                columns + exchange + 3 * message + 3 * 8 * 8 * 4 / inside + softmax);

  // k over 4: each copies its 4 of 16 columns of x, and adds three others' [8, 32] to its own.
  const double copy = step + 2 * 8 * 4 * 4 / memory;
  const double summands = step + overlapping(2. * 8 * 4 * 32 / flops,
                                          (8 * 4 + 4 * 32 + 8 * 32) * 4 / memory);
  check_seconds(seconds_of({{1, 4}, {4, 1}}, 4),
                copy + summands + exchange + 3 * message + 3 * 8 * 32 * 4 / sums + softmax);

  // Rows over 8, two nodes of 4: a row each, whose product waits for memory; the rows of x are
  // there. Of the result each takes seven rows from seven others, and a node four from the other.
  const double row = step + overlapping(2. * 1 * 16 * 32 / flops,
                                     (1 * 16 + 16 * 32 + 1 * 32) * 4 / memory);
  const double row_softmax = step + overlapping(32 / flops, 2 * 32 * 4 / memory);
  check_seconds(seconds_of({{8, 1}, {1, 1}}, 8),
                row + row_softmax + exchange + 7 * message + 7 * 32 * 4 / inside + far_exchange +
                    far_message + 4 * 32 * 4 / between);
}
