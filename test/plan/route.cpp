// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <vector>

#include <tenon/core/region.hpp>
#include <tenon/plan/route.hpp>

#include "../layout/device_matrices.hpp"

using namespace tenon;

namespace {

/// The numbers that every rank holds of a tensor.
using Held = std::vector<std::vector<float>>;

/// Summand s of element e: numbers whose sum depends on the order in which they are added.
float summand(Index element, Index s) {
  const std::uint32_t mixed = std::uint32_t(element * 2654435761u + std::uint64_t(s) * 40503u);
  return float(mixed % 10007) * (mixed & 1 ? -1.f : 1.f) / float(1 + mixed % 13);
}

Held before(const Distribution& from, Index devices) {
  Held held;
  for (Index rank = 0; rank < devices; ++rank) {
    const Box box = from.box(rank);
    auto& block_here = held.emplace_back();
    for_each_run(region(box, whole_box(from.shape)), region(box), [&](Index in, Index, Index n) {
      for (Index i = 0; i < n; ++i)
        block_here.push_back(summand(in + i, block(from.digits(Cut::sum), rank)));
    });
  }
  return held;
}

Held moved(const Held& held, const Distribution& from, const Distribution& to) {
  Held result;
  for (Index rank = 0; rank < Index(held.size()); ++rank) {
    const Box wanted = to.box(rank);
    auto& y = result.emplace_back(std::size_t(volume(wanted)));
    Index pieces = 0;
    for_each_piece(from, wanted, rank, [&](Index source, const Box& box) {
      const bool adds = pieces++ % from.summands() > 0;
      const auto& x = held[std::size_t(source)];
      for_each_run(region(box, from.box(source)), region(box, wanted),
                   [&](Index in, Index out, Index n) {
                     for (Index i = 0; i < n; ++i) {
                       float& sum = y[std::size_t(out + i)];
                       sum = adds ? sum + x[std::size_t(in + i)] : x[std::size_t(in + i)];
                     }
                   });
    });
  }
  return result;
}

/// Whether every rank holds its block of the sums, added in the order of the blocks: bit for bit.
bool holds_sums(const Held& held, const Distribution& to, Index summands) {
  for (Index rank = 0; rank < Index(held.size()); ++rank) {
    std::vector<float> expected;
    const Box box = to.box(rank);
    for_each_run(region(box, whole_box(to.shape)), region(box), [&](Index in, Index, Index n) {
      for (Index i = 0; i < n; ++i) {
        float sum = summand(in + i, 0);
        for (Index s = 1; s < summands; ++s) sum += summand(in + i, s);
        expected.push_back(sum);
      }
    });
    const auto& own = held[std::size_t(rank)];
    if (own.size() != expected.size()) return false;
    if (!own.empty() && std::memcmp(own.data(), expected.data(), own.size() * 4)) return false;
  }
  return true;
}

void check_route(const Route& route, const Distribution& from, const Distribution& to,
                 Index devices) {
  Held held = before(from, devices);
  Distribution at = from;
  for (const Distribution& stop : route) {
    REQUIRE(cuts_are_disjoint(stop));
    REQUIRE(!(stop == at));
    held = moved(held, at, stop);
    at = stop;
  }
  REQUIRE(at == to);
  REQUIRE(holds_sums(held, to, from.summands()));
}

}  // namespace

TEST_CASE("every route ends at its goal with every sum, added in the order of the blocks") {
  for (const Dims& matrix : device_matrices())
    for (const Dims& shape : {Dims{8, 6}, Dims{5, 3}, Dims{4}}) {
      const Index devices = product(matrix);
      const auto goals = distributions(matrix, shape, false);
      for (const Distribution& from : distributions(matrix, shape, true))
        for (const Distribution& to : goals) {
          if (from == to) continue;
          // elements so large that a second exchange is worth it, and such that it is not
          check_route(shortest_route(from, to, 1 << 20, devices), from, to, devices);
          check_route(shortest_route(from, to, 4, devices), from, to, devices);
          check_route(mindspore_route(from, to), from, to, devices);
        }
    }
}

TEST_CASE("MindSpore's route passes only through layouts of one mixed radix") {
  for (const Dims& shape : {Dims{12, 12}, Dims{5, 7}})  // digits of [2,3] and of [3,2]
    for (const Distribution& from : distributions({2, 3}, shape, true))
      for (const Distribution& to : distributions({3, 2}, shape, false))
        if (!(from == to)) check_route(mindspore_route(from, to), from, to, 6);
}

TEST_CASE("a wide sum is scattered first where that saves more than an exchange is worth") {
  const Distribution sum = whole({64, 512}).cut(Cut::sum, {{8, 1}});  // 128 KiB of floats
  const Route route = shortest_route(sum, whole({64, 512}), 4, 8);
  REQUIRE(route.size() == 2);
  CHECK(route[0].parts(0) * route[0].parts(1) == 8);
  CHECK(shortest_route(sum, whole({64, 512}), 4, 8).size() == 2);
  const Distribution small = whole({4, 4}).cut(Cut::sum, {{8, 1}});
  CHECK(shortest_route(small, whole({4, 4}), 4, 8).size() == 1);
  const Distribution two = whole({64, 512}).cut(Cut::sum, {{2, 1}});  // P-1 = 2(P-1)/P
  CHECK(shortest_route(two, whole({64, 512}), 4, 2).size() == 1);
}

TEST_CASE("the shortest route receives no more than the direct exchange") {
  for (const Dims& matrix : device_matrices())
    for (const Distribution& from : distributions(matrix, {9, 8}, true))
      for (const Distribution& to : distributions(matrix, {9, 8}, false)) {
        Index received_on_the_way = 0;
        Distribution at = from;
        for (const Distribution& stop : shortest_route(from, to, 1 << 20, product(matrix))) {
          received_on_the_way += most_received(at, stop, product(matrix));
          at = stop;
        }
        CHECK(received_on_the_way <= most_received(from, to, product(matrix)));
      }
}
