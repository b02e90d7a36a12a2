// SPDX-License-Identifier: Apache-2.0
#include <tenon/predict/collective_cost.hpp>

#include <tenon/predict/algorithm_choice.hpp>

#include "../support/error_of.hpp"
#include "schedule.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

constexpr double million = 1e6;

void check_costs_alike(const CollectiveCost& a, const CollectiveCost& b) {
  CHECK(a.starts == b.starts);
  CHECK(a.bytes == doctest::Approx(b.bytes).epsilon(1e-9).scale(1e-12));
  CHECK(a.reduced == doctest::Approx(b.reduced).epsilon(1e-9).scale(1e-12));
  const LinkCost link{1.5e-6, 1 / 30e9, 1 / 10e9};
  CHECK(a.seconds(link) == doctest::Approx(b.seconds(link)).epsilon(1e-9).scale(1e-12));
}

/// A reduce-scatter, the all-gather that undoes it, and both one after the other.
void check_schedule(Algorithm algorithm, const Schedule& sum) {
  const Index p = sum.ranks;
  const bool mesh = algorithm == Algorithm::mesh;
  CAPTURE(p);
  Held held = own_summands(p, p);
  sum.run(held);
  for (Index r = 0; r < p; ++r) REQUIRE(held[std::size_t(r)][std::size_t(r)] == all_of(p));
  const Schedule gather = sum.reversed();
  Schedule both = sum;
  both.append(gather);
  Held blocks(std::size_t(p), std::vector<std::uint64_t>(std::size_t(p), 0));
  for (Index r = 0; r < p; ++r) blocks[std::size_t(r)][std::size_t(r)] = 1;
  gather.run(blocks);
  held = own_summands(p, p);
  both.run(held);
  for (Index r = 0; r < p; ++r)
    for (Index b = 0; b < p; ++b) {
      REQUIRE(blocks[std::size_t(r)][std::size_t(b)] == 1);
      REQUIRE(held[std::size_t(r)][std::size_t(b)] == all_of(p));
    }
  const auto cost = [&](Collective c) { return collective_cost(c, algorithm, p, million); };
  check_costs_alike(cost(Collective::reduce_scatter), sum.cost(million, mesh));
  check_costs_alike(cost(Collective::all_gather), gather.cost(million, mesh));
  if (algorithm != Algorithm::halving_doubling)
    check_costs_alike(cost(Collective::all_reduce), both.cost(million, mesh));
}

}  // namespace

TEST_CASE("costs are those of schedules that are counted step by step") {
  for (Index p = 2; p <= 33; ++p) {
    check_schedule(Algorithm::ring, ring_sum(p));
    check_schedule(Algorithm::mesh, mesh_sum(p));
    check_schedule(Algorithm::nb, bruck_sum(p));
    check_schedule(Algorithm::nhr, bruck_sum(p));
    check_schedule(Algorithm::halving_doubling, halving_sum(p, false));
  }
}

TEST_CASE("an all-reduce by halving and doubling scatters among a power of two of ranks alone") {
  for (Index p = 2; p <= 33; ++p) {
    CAPTURE(p);
    Schedule both = halving_sum(p, true);
    both.append(both.reversed());
    Held held = own_summands(p, both.blocks);
    both.run(held);
    for (Index r = 0; r < p; ++r)
      for (const std::uint64_t block : held[std::size_t(r)]) REQUIRE(block == all_of(p));
    check_costs_alike(
        collective_cost(Collective::all_reduce, Algorithm::halving_doubling, p, million),
        both.cost(million));
  }
}

TEST_CASE("a pairwise all-to-all takes, in each step, as long as its largest message") {
  const Index p = 5;
  std::vector<double> bytes(std::size_t(p * p));
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = double(i * 37 % 101);
  double moved = 0;
  for (Index k = 1; k < p; ++k) {
    double most = 0;
    for (Index from = 0; from < p; ++from)
      for (Index to = 0; to < p; ++to)
        if ((to - from + p) % p == k) most = std::max(most, bytes[std::size_t(from * p + to)]);
    moved += most;
  }
  CHECK(pairwise_cost(bytes, p) == CollectiveCost{4, moved, 0});
  const std::vector<double> even(16, 25);
  CHECK(pairwise_cost(even, 4) ==
        collective_cost(Collective::all_to_all, Algorithm::pairwise, 4, 100));
  CHECK(collective_cost(Collective::all_to_all, Algorithm::mesh, 4, 100) ==
        CollectiveCost{1, 25, 0});
}

TEST_CASE("a collective of one rank costs nothing, and one that there is not is an error") {
  for (const Algorithm a : {Algorithm::mesh, Algorithm::ring, Algorithm::halving_doubling})
    CHECK(collective_cost(Collective::all_reduce, a, 1, million) == CollectiveCost{});
  CHECK(error_of([] { collective_cost(Collective::all_reduce, Algorithm::pairwise, 4, 1); }) ==
        "tenon: no cost of the collective all-reduce of 4 ranks by pairwise; legal: mesh, ring, "
        "H-D, NHR, NB; pipeline goes over two kinds of links");
  CHECK(error_of([] { collective_cost(Collective::all_to_all, Algorithm::ring, 4, 1); }) ==
        "tenon: no cost of the collective all-to-all of 4 ranks by ring; legal: mesh, pairwise");
  CHECK(error_of([] { collective_cost(Collective::all_gather, Algorithm::ring, 0, 1); }) != "");
}

TEST_CASE("over servers, an all-reduce is one inside, one between the same places, one inside") {
  const LinkCost inside{1e-6, 1 / 30e9, 1 / 10e9}, between{7e-6, 1 / 12e9, 1 / 10e9};
  for (const Index servers : {1, 2, 3, 4})
    for (const Index devices : {1, 4, 8}) {
      const Hierarchy h{servers, devices, Algorithm::ring, Algorithm::halving_doubling,
                        inside,  between};
      // Blocks of each schedule are counted, each on the links it uses.
      double seconds = 0;
      if (devices > 1) {
        Schedule both = ring_sum(devices);
        both.append(both.reversed());
        seconds += both.cost(million).seconds(inside);
      }
      if (servers > 1) {
        Schedule both = halving_sum(servers, true);
        both.append(both.reversed());
        seconds += both.cost(million / double(devices)).seconds(between);
      }
      const HierarchicalCost cost = hierarchical_cost(Collective::all_reduce, million, h);
      CHECK(cost.seconds == doctest::Approx(seconds).epsilon(1e-9).scale(1e-12));
      CHECK(cost.seconds ==
            doctest::Approx(cost.seconds_inside + cost.seconds_between).scale(1e-12));
      double scatter = 0;
      if (servers > 1) scatter += halving_sum(servers, false).cost(million).seconds(between);
      if (devices > 1) scatter += ring_sum(devices).cost(million / double(servers)).seconds(inside);
      CHECK(hierarchical_cost(Collective::reduce_scatter, million, h).seconds ==
            doctest::Approx(scatter).epsilon(1e-9).scale(1e-12));
    }
}

TEST_CASE("a pipeline hides the faster links behind the slower ones") {
  const LinkCost inside{1e-6, 1 / 30e9, 0}, between{7e-6, 1 / 12e9, 0};
  for (const Index servers : {2, 3, 5}) {
    const Hierarchy h{servers, 8, Algorithm::mesh, Algorithm::pipeline, inside, between};
    const double part = million / double(servers * 8);
    // In each step the next block comes from another server, and the one before goes on inside.
    double seconds = 0;
    for (Index step = 1; step < servers; ++step)
      seconds +=
          std::max(between.latency + part * between.byte, inside.latency + part * inside.byte);
    seconds += inside.latency + part * inside.byte;
    CHECK(hierarchical_cost(Collective::all_gather, million, h).seconds ==
          doctest::Approx(seconds).epsilon(1e-9).scale(1e-12));
    CHECK(hierarchical_cost(Collective::all_reduce, million, h).seconds ==
          doctest::Approx(2 * seconds).epsilon(1e-9).scale(1e-12));
  }
}

TEST_CASE("910 chooses as its selector does, 910B the cheapest or the pipeline") {
  CHECK(algorithm_inside_910(4, true) == Algorithm::mesh);
  CHECK(algorithm_inside_910(2, true) == Algorithm::mesh);
  CHECK(algorithm_inside_910(2, false) == Algorithm::ring);
  CHECK(algorithm_inside_910(8, false) == Algorithm::ring);
  for (const Index servers : {1, 2, 4, 8, 64})
    CHECK(algorithm_between_910(servers) == Algorithm::halving_doubling);
  for (const Index servers : {3, 5, 6, 12})
    CHECK(algorithm_between_910(servers) == Algorithm::ring);

  Hierarchy h{4, 8, Algorithm::mesh, Algorithm::ring, {1e-6, 1 / 28e9, 0}, {7e-6, 1 / 25e9, 0}};
  const auto choice = [&](double n) {
    return algorithm_between_910b(Collective::all_reduce, n, h);
  };
  CHECK(choice(32 * 0x1p20) == Algorithm::pipeline);
  CHECK(choice(32 * 0x1p20 - 64) != Algorithm::pipeline);
  for (const Index servers : {2, 3, 4, 7, 16})
    for (const double n : {1e3, 1e5, 1e6}) {
      h.servers = servers;
      double least = 1;
      for (const Algorithm a : {Algorithm::ring, Algorithm::nhr, Algorithm::halving_doubling}) {
        Hierarchy other = h;
        other.between = a;
        least = std::min(least, hierarchical_cost(Collective::all_reduce, n, other).seconds);
      }
      Hierarchy chosen = h;
      chosen.between = choice(n);
      CHECK(hierarchical_cost(Collective::all_reduce, n, chosen).seconds == least);
    }
  CHECK(algorithm_between_910b(Collective::all_to_all, 1e9, h) == Algorithm::pairwise);
  CHECK(one_shot_cost(8, 100) == CollectiveCost{1, 100, 700});
}
