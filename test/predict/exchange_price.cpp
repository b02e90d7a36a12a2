// SPDX-License-Identifier: Apache-2.0
#include <tenon/predict/exchange_price.hpp>

#include <doctest/doctest.h>

#include <set>

#include <tenon/backend/ascend/chip/chips.hpp>

#include "../layout/device_matrices.hpp"

using namespace tenon;

namespace {

/// Who sends how many elements to whom, one element of what is wanted after the other.
std::map<std::pair<Index, Index>, Index> elements_sent(const Distribution& from,
                                                       const Distribution& to, Index devices) {
  std::map<std::pair<Index, Index>, Index> sent;
  for (Index rank = 0; rank < devices; ++rank)
    for_each_piece(from, to.box(rank), rank, [&](Index source, const Box& box) {
      if (source != rank) sent[{source, rank}] += volume(box);
    });
  return sent;
}

/// The ranks that are reached from one, by whatever goes in either direction.
std::set<Index> reached_from(Index first, const std::map<std::pair<Index, Index>, Index>& sent) {
  std::set<Index> found{first};
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& [pair, elements] : sent)
      if (found.contains(pair.first) != found.contains(pair.second))
        found.insert(pair.first), found.insert(pair.second), grew = true;
  }
  return found;
}

std::vector<Index> first_ranks(Index count) {
  std::vector<Index> ranks(static_cast<std::size_t>(count));
  std::iota(ranks.begin(), ranks.end(), Index(0));
  return ranks;
}

/// An all-reduce of so many floats by the first ranks of a cluster, all of them.
ExchangePrice summed_by(const AscendChip& chip, Index devices, Index floats) {
  const Distribution from = whole({floats}).cut(Cut::sum, {{devices, 1}});
  return price_exchange(from, whole({floats}), 4, Topology(chip, devices));
}

}  // namespace

TEST_CASE("groups are the ranks between which pieces go, all exchanges of 8 ranks") {
  int count = 0;
  const Dims shape{4, 8};
  for (const Distribution& from : distributions({2, 2, 2}, shape, true))
    for (const Distribution& to : distributions({2, 2, 2}, shape, false)) {
      if (++count % 7) continue;
      const auto sent = elements_sent(from, to, 8);
      std::set<std::set<Index>> expected, found;
      for (Index rank = 0; rank < 8; ++rank) expected.insert(reached_from(rank, sent));
      for (const auto& group : exchange_groups(from, to, 8))
        found.insert({group.begin(), group.end()});
      REQUIRE(found == expected);
    }
  CHECK(exchange_groups(whole({8}).cut(0, {{2, 1}}), whole({8}), 4) == RankGroups{{0, 1}, {2, 3}});
}

TEST_CASE("an exchange is a collective where each of a group gives and takes alike") {
  const auto all = first_ranks(4);
  const Distribution rows = whole({8, 8}).cut(0, {{4, 1}}),
                     columns = whole({8, 8}).cut(1, {{4, 1}}),
                     sum = whole({8, 8}).cut(Cut::sum, {{4, 1}});
  CHECK(collective_of(rows, whole({8, 8}), all) == Collective::all_gather);
  CHECK(collective_of(sum, whole({8, 8}), all) == Collective::all_reduce);
  CHECK(collective_of(sum, rows, all) == Collective::reduce_scatter);
  CHECK(collective_of(rows, columns, all) == Collective::all_to_all);
  // Only two take each part of the sum: they would add it twice.
  CHECK(!collective_of(sum, whole({8, 8}).cut(0, {{2, 1}}), all));
  CHECK(!collective_of(sum.cut(0, {{2, 4}}), whole({8, 8}), first_ranks(8)));
}

TEST_CASE("pieces load their links, and the busiest link decides") {
  int count = 0, crossing = 0, checked = 0;
  for (const AscendChip& chip : {Ascend910(), Ascend910B1()})
    for (const Distribution& from : distributions({2, 2, 3}, {6, 12}, true))
      for (const Distribution& to : distributions({2, 2, 3}, {6, 12}, false)) {
        if (++count % 41) continue;
        const Topology topology(chip, 12);
        std::map<std::tuple<int, Index, bool>, double> seconds;  // of a device's port, in or out
        double longest = 0;
        for (const auto& [pair, elements] : elements_sent(from, to, 12)) {
          const LinkKind kind = topology.between(pair.first, pair.second);
          const double time =
              topology.cost(kind).latency + double(elements) * 4 * topology.cost(kind).byte;
          crossing += kind == LinkKind::roce;
          if (kind == LinkKind::hccs) longest = std::max(longest, time);
          else
            seconds[{int(kind), pair.first, true}] += time,
                seconds[{int(kind), pair.second, false}] += time;
        }
        // Of a partial sum several pieces come from one source over one wire, one by one.
        std::map<std::pair<Index, Index>, int> pieces;
        for (Index rank = 0; rank < 12; ++rank)
          for_each_piece(from, to.box(rank), rank, [&](Index source, const Box&) {
            ++pieces[{source, rank}];
          });
        bool one_each = true;
        for (const auto& [pair, n] : pieces) one_each = one_each && n == 1;
        for (const auto& [port, time] : seconds) longest = std::max(longest, time);
        checked += one_each;
        if (one_each)
          REQUIRE(ExchangeTraffic(from, to, 4, topology).busiest().seconds ==
                  doctest::Approx(longest).epsilon(1e-9).scale(1e-12));
      }
  CHECK((crossing > 0 && checked > 20));
}

TEST_CASE("collectives are priced with the algorithms of their topology") {
  const double n = 4 * 0x1p20;
  const Index floats = 1 << 20;
  const auto one_level = [&](const AscendChip& chip, Algorithm algorithm, Index p, LinkKind kind) {
    return collective_cost(Collective::all_reduce, algorithm, p, n)
        .seconds(Topology(chip, p).cost(kind));
  };
  const ExchangePrice quad = summed_by(Ascend910(), 4, floats),
                      server = summed_by(Ascend910(), 8, floats),
                      mesh = summed_by(Ascend910B1(), 8, floats);
  CHECK(quad.how == "all-reduce of 4: mesh over HCCS");
  CHECK(quad.seconds.estimate ==
        doctest::Approx(one_level(Ascend910(), Algorithm::mesh, 4, LinkKind::hccs))
            .epsilon(1e-9)
            .scale(1e-12));
  CHECK(server.how == "all-reduce of 8: ring over PCIe");
  CHECK(server.seconds.estimate ==
        doctest::Approx(one_level(Ascend910(), Algorithm::ring, 8, LinkKind::pcie))
            .epsilon(1e-9)
            .scale(1e-12));
  CHECK(mesh.how == "all-reduce of 8: mesh over HCCS");
  CHECK(mesh.seconds.estimate ==
        doctest::Approx(one_level(Ascend910B1(), Algorithm::mesh, 8, LinkKind::hccs))
            .epsilon(1e-9)
            .scale(1e-12));
  CHECK(summed_by(Ascend910B1(), 8, 256).how == "all-reduce of 8: one-shot mesh over HCCS");

  const ExchangePrice two = summed_by(Ascend910(), 16, floats);
  CHECK(two.how == "all-reduce of 16: ring over PCIe, H-D over RoCE");
  const Topology t(Ascend910(), 16);
  const double inside = collective_cost(Collective::all_reduce, Algorithm::ring, 8, n)
                            .seconds(t.cost(LinkKind::pcie)),
               between =
                   collective_cost(Collective::all_reduce, Algorithm::halving_doubling, 2, n / 8)
                       .seconds(t.cost(LinkKind::roce));
  CHECK(two.seconds.estimate == doctest::Approx(inside + between).epsilon(1e-9).scale(1e-12));
  CHECK(summed_by(Ascend910(), 24, floats).how ==
        "all-reduce of 24: ring over PCIe, ring over RoCE");
  CHECK(summed_by(Ascend910(), 12, floats).how == "all-reduce of 12: ring over RoCE");  // 8 and 4
  CHECK(summed_by(Ascend910B1(), 16, 16 << 20).how ==
        "all-reduce of 16: mesh over HCCS, pipeline over RoCE");
  CHECK(summed_by(Ascend910(), 4, 1).limit == "HCCS latency");
  CHECK(summed_by(Ascend910B1(), 8, 1 << 26).limit == "adding");
  CHECK(price_exchange(whole({8}), whole({8}), 4, t).seconds == Band{});
  const Distribution rows = whole({64, 64}).cut(0, {{16, 1}}),
                     columns = whole({64, 64}).cut(1, {{16, 1}});
  const ExchangePrice crossing = price_exchange(rows, columns, 4, t);
  CHECK(crossing.how == "all-to-all of 16: pairwise over PCIe, pairwise over RoCE");
  CHECK(crossing.seconds.estimate ==  // 7 steps in the server, 8 to the other one
        doctest::Approx(
            pairwise_cost(std::vector<double>(64, 64), 8).seconds(t.cost(LinkKind::pcie)) +
            CollectiveCost{8, 8 * 64, 0}.seconds(t.cost(LinkKind::roce)))
            .epsilon(1e-9)
            .scale(1e-12));
}

TEST_CASE("no exchange takes less than its links' full rates allow, or more than its upper bound") {
  int count = 0, partial = 0;
  for (const AscendChip& chip : {Ascend910(), Ascend910B1()})
    for (const Index factor : {1, 8})
      for (const Distribution& from : distributions({2, 2, 2, 2}, {16, 64 * factor}, true))
        for (const Distribution& to : distributions({2, 2, 2, 2}, {16, 64 * factor}, false)) {
          if (++count % 97) continue;
          const ExchangePrice price = price_exchange(from, to, 4, Topology(chip, 16));
          partial += from.partial();
          REQUIRE(price.seconds.lower <= price.seconds.estimate);
          REQUIRE(price.seconds.estimate <= price.seconds.upper);
          bool moves = false;
          for (Index rank = 0; rank < 16; ++rank) moves = moves || received(from, to, rank) > 0;
          REQUIRE((price.seconds.lower > 0) == moves);
          REQUIRE((price.how.empty() || price.limit.empty()) == !moves);
        }
  CHECK(partial > 0);
}
