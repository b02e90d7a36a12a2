// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/node_exchange.hpp>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include <tenon/comm/mpi.hpp>

#include "../support/error_of.hpp"
#include "exchanged.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// What is wrong with an exchange that is run again and again with other data, or nothing.
template <class T>
const char* mistake(Communication& communication, const Distribution& from, const Distribution& to,
                    bool small, int runs = 4) {
  Prepared<T> prepared(communication, from, to);
  if (communication.node().size() > 1 && !dynamic_cast<NodeExchange*>(prepared.exchange.get()))
    return "it does not go through memory";
  const Index rank = communication.rank();
  for (int run = 0; run < runs; ++run) {
    const T* y = prepared.run(held<T>(from, rank, run, small), (run + rank) % 3 != 0);
    if (!same_bits(y, wanted<T>(from, to, rank, run, small))) return "a block is wrong";
  }
  return nullptr;
}

/// Every `step`-th pair of distributions of this shape.
void try_pairs(const boost::mpi::communicator& world, const MpiSettings& settings,
               const Dims& shape, int step, bool small) {
  MpiCommunication communication(world, settings);
  const Dims matrix = matrix_of(world.size());
  const auto goals = distributions(matrix, shape, false);
  int count = 0;
  for (const Distribution& from : distributions(matrix, shape, true))
    for (const Distribution& to : goals) {
      if (++count % step) continue;
      const char* found = mistake<float>(communication, from, to, small);
      REQUIRE_MESSAGE(!found, count);
      if (count % 5 == 0) found = mistake<double>(communication, from, to, small);
      if (count % 5 == 1 && !from.partial())
        found = mistake<std::int64_t>(communication, from, to, small);
      if (count % 5 == 2 && !from.partial())
        found = mistake<std::uint8_t>(communication, from, to, small);
      if (count % 5 == 3 && !from.partial())
        found = mistake<std::int32_t>(communication, from, to, small);
      REQUIRE_MESSAGE(!found, count);
    }
}

int step_of(int ranks) { return ranks < 4 ? 1 : ranks == 4 ? 3 : 7; }  // thousands of pairs

}  // namespace

MPI_TEST_CASE("through memory every exchange brings every block, sums in the order of the blocks",
              tenon_test::all_ranks) {
  try_pairs(world, {}, {5, 6}, step_of(world.size()), false);
  try_pairs(world, {}, {64, 96}, 3 * step_of(world.size()), false);  // shared, and in turns
}

MPI_TEST_CASE("between nodes too, however the ranks are placed", tenon_test::all_ranks) {
  const int n = world.size(), rank = world.rank();
  const int step = 4 * step_of(n);
  for (const int node : {rank < n / 2 ? 0 : 1, rank % 2, rank, rank < 1 ? 0 : 1, rank % 3}) {
    try_pairs(world, {.node = node}, {5, 6}, step, true);
    try_pairs(world, {.node = node}, {160, 96}, 3 * step, true);
  }
}

MPI_TEST_CASE("sums are finished where they are made", tenon_test::all_ranks) {
  const Index n = world.size();
  const Scalar relu([](float x) { return x < 0 ? 0 : x; }, [](double x) { return x < 0 ? 0 : x; });
  for (const Dims& shape : {Dims{6, 10}, Dims{64, 70}, Dims{1, 3000}})
    for (const Distribution& to :
         {whole(shape), whole(shape).cut(0, {{n, 1}}), whole(shape).cut(1, {{n, 1}})}) {
      MpiCommunication through(world), messages(world, {.shared_memory = false});
      const Distribution from = whole(shape).cut(Cut::sum, {{n, 1}});
      Prepared<float> fast(through, from, to), plain(messages, from, to);
      std::vector<float> bias(static_cast<std::size_t>(shape[1]));
      for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = float(i % 7) - 50;
      for (const Finish& finish :
           {Finish{bias.data(), &relu, "ReLU"}, Finish{bias.data(), nullptr, ""},
            Finish{nullptr, &relu, "other"}}) {
        const std::vector<float> x = held<float>(from, world.rank(), 1, true);
        const float* y = fast.run(x, true, finish);
        const float* expected = plain.run(x, false, finish);
        CHECK(same_bits(y, std::vector<float>(expected, expected + plain.y.size())));
      }
    }
}

MPI_TEST_CASE("exchanges in turn, of two communications, with ranks that come late",
              tenon_test::all_ranks) {
  const Index n = world.size(), rank = world.rank();
  MpiCommunication a(world), b(world, {.node = world.rank() % 2});
  const Distribution all = whole({n * 600}), slices = all.cut(0, {{n, 1}}),
                     partial = all.cut(Cut::sum, {{n, 1}});
  Prepared<float> scatter(a, partial, slices), gather(a, slices, all), reduce(b, partial, all);
  std::minstd_rand random(unsigned(rank) + 1);
  bool right = true;
  for (int run = 0; run < 500; ++run) {
    if (random() % 50 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random() % 900));
    right = right && same_bits(scatter.run(held<float>(partial, rank, run, true), run % 3 != 0),
                               wanted<float>(partial, slices, rank, run, true));
    if (run % 2) continue;
    right = right && same_bits(gather.run(held<float>(slices, rank, run), true),
                               wanted<float>(slices, all, rank, run));
    right = right && same_bits(reduce.run(held<float>(partial, rank, run, true), run % 5 != 0),
                               wanted<float>(partial, all, rank, run, true));
  }
  CHECK(right);
}

MPI_TEST_CASE("over nodes every rank has the same bits, and has them again",
              tenon_test::all_ranks) {
  const Index n = world.size();
  for (const int node : {world.rank() < n / 2 ? 0 : 1, world.rank() % 2, world.rank() % 3}) {
    MpiCommunication communication(world, {.node = node});
    const Distribution all = whole({5000}), partial = all.cut(Cut::sum, {{n, 1}});
    Prepared<float> reduce(communication, partial, all);
    std::uint64_t first = 0;
    for (int run = 0; run < 6; ++run) {
      const float* y = reduce.run(held<float>(partial, world.rank(), 1), run % 2);
      std::uint64_t hash = 1;
      for (std::size_t i = 0; i < reduce.y.size(); ++i) {
        std::uint32_t bits;
        std::memcpy(&bits, y + i, 4);
        hash = (hash ^ bits) * 1099511628211ull;
      }
      if (run == 0) first = hash;
      CHECK(hash == first);
      CHECK(communication.agree(hash));
    }
  }
}

namespace {

/// In memory, by messages alone, and by messages between nodes of one rank.
std::vector<MpiSettings> ways(const boost::mpi::communicator& world,
                              std::chrono::milliseconds patience) {
  return {{.patience = patience},
          {.shared_memory = false, .patience = patience},
          {.patience = patience, .node = world.rank()},
          {.patience = patience, .node = world.rank() / 2}};
}

}  // namespace

MPI_TEST_CASE("a rank says for whom it waits too long", 3) {
  for (const MpiSettings& way : ways(world, std::chrono::milliseconds(300))) {
    MpiCommunication communication(world, way);
    const Distribution all = whole({300}), slices = all.cut(0, {{3, 1}});
    Prepared<float> gather(communication, slices, all);
    if (world.rank() == 2) std::this_thread::sleep_for(std::chrono::milliseconds(700));
    const std::string text =
        error_of([&] { gather.run(held<float>(slices, world.rank(), 0), true); });
    const std::string own = "rank " + std::to_string(world.rank());
    const std::string late =
        own + " waits for rank 2 in the exchange of step 3, for more than 300 ms";
    // rank 1 may wait for rank 0, which waits
    const bool passed_on = way.node == world.rank() / 2 && world.rank() > 0;
    if (world.rank() < 2 && !passed_on) CHECK(text == "tenon: " + late);
    if (world.rank() < 2) CHECK(text.starts_with("tenon: " + own + " waits for rank "));
    if (way.node < 0 && way.shared_memory && world.rank() == 2) CHECK(text == "");
    world.barrier();
  }
}

MPI_TEST_CASE("after a failure no exchange of the communication gives a result",
              tenon_test::all_ranks) {
  if (world.size() < 2) return;
  for (const MpiSettings& way : ways(world, std::chrono::milliseconds(300))) {
    MpiCommunication communication(world, way);
    const Distribution all = whole({300}), partial = all.cut(Cut::sum, {{world.size(), 1}});
    const std::string again = "an exchange of this communication failed before: ";
    const Index rank = world.rank();
    Prepared<float> reduce(communication, partial, all), other(communication, partial, all);
    bool failed = false;
    for (int run = 0; run < 3; ++run) {
      if (run == 1 && rank == 1) std::this_thread::sleep_for(std::chrono::milliseconds(800));
      bool right = true;
      const auto x = held<float>(partial, rank, run, true);
      const std::string text = error_of([&] {
        right = same_bits((run < 2 ? reduce : other).run(x, run % 2),
                          wanted<float>(partial, all, rank, run, true));
      });
      CHECK(right);
      CHECK((run > 0 || text == ""));
      if (failed) CHECK(text.starts_with("tenon: " + again));
      failed = failed || !text.empty();
      world.barrier();
    }
    CHECK(failed);
    CHECK(error_of([&] { reduce.exchange->run(reduce.x.data(), reduce.y.data()); })
              .starts_with("tenon: " + again + "rank " + std::to_string(rank) + " waits for"));
  }
}

MPI_TEST_CASE("what fails on one rank while an exchange is made ready, fails on all",
              tenon_test::all_ranks) {
  const int n = world.size(), last = n - 1;
  for (const int node : {-1, world.rank() % 2}) {
    MpiCommunication communication(world, {.node = node});
    if (communication.node().size() == 1 && n < 3) continue;  // no memory is shared
    const Distribution all = whole({300}), partial = all.cut(Cut::sum, {{n, 1}});
    std::vector<std::byte> scratch(100000);
    const auto programs = [&](int rank) -> ExchangeProgram {
      if (world.rank() == last) throw std::bad_alloc();
      return exchange_of(partial, all, rank, n, Element::float32);
    };
    const std::string text = error_of([&] { communication.prepare(programs, scratch, 3); });
    CHECK(text == "tenon: std::bad_alloc (found by rank " + std::to_string(last) + ")");
    CHECK(!mistake<float>(communication, partial, all, true));  // and it goes on
  }
}

MPI_TEST_CASE("a rank that leaves alone gets away, and so do those who leave later",
              tenon_test::all_ranks) {
  const auto start = std::chrono::steady_clock::now();
  {
    MpiCommunication communication(world);
    const Distribution all = whole({300}), slices = all.cut(0, {{world.size(), 1}});
    Prepared<float> gather(communication, slices, all);
    CHECK(gather.run(held<float>(slices, world.rank(), 0), true));
    if (world.rank() > 0) world.recv(0, 1);  // these stay until the first has left
  }
  for (int other = 1; world.rank() == 0 && other < world.size(); ++other) world.send(other, 1);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  MpiCommunication next(world);
  CHECK(!mistake<float>(next, whole({world.size()}).cut(0, {{world.size(), 1}}),
                        whole({world.size()}), false));
}

MPI_TEST_CASE("memory of exchanges that are gone is used again", 2) {
  MpiCommunication communication(world);
  const Distribution all = whole({1 << 18}), slices = all.cut(0, {{2, 1}});
  std::set<const void*> places;
  for (int i = 0; i < 40; ++i) {
    Prepared<float> gather(communication, slices, all);
    places.insert(gather.exchange->source());
  }
  CHECK(places.size() < 6);
}

MPI_TEST_CASE("a large shared result stays until the next run, also for who reads it late",
              tenon_test::all_ranks) {
  const Index n = world.size(), rank = world.rank();
  MpiCommunication communication(world);
  const Distribution all = whole({30000}), partial = all.cut(Cut::sum, {{n, 1}});
  Prepared<float> reduce(communication, partial, all);
  const std::vector<float> x[] = {held<float>(partial, rank, 0), held<float>(partial, rank, 1)};
  const std::vector<float> y[] = {wanted<float>(partial, all, rank, 0),
                                  wanted<float>(partial, all, rank, 1)};
  bool right = true;
  for (int run = 0; run < 60; ++run) {
    const float* result = reduce.run(x[run % 2], run % 3 != 0);
    if (run % n == rank) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    right = right && same_bits(result, y[run % 2]);
  }
  CHECK(right);
}
