// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/tcp.hpp>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>

#include <tenon/comm/gather_text.hpp>
#include <tenon/comm/mpi.hpp>

#include "exchanged.hpp"
#include "free_port.hpp"
#include "mpi.hpp"
#include "together.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// mpirun starts the processes, which then meet without it.
TcpHost host_of(const boost::mpi::communicator& world, const std::string& at = "127.0.0.1") {
  std::string join = world.rank() == 0 ? free_address(at) : "";
  boost::mpi::broadcast(world, join, 0);
  return {.rank = world.rank(), .ranks = world.size(), .join = join};
}

template <class T>
bool arrives(Communication& communication, const Distribution& from, const Distribution& to) {
  Prepared<T> prepared(communication, from, to);
  const Index rank = communication.rank();
  for (int run = 0; run < 2; ++run)
    if (!same_bits(prepared.run(held<T>(from, rank, run), false), wanted<T>(from, to, rank, run)))
      return false;
  return true;
}

}  // namespace

MPI_TEST_CASE("over TCP every exchange brings every block, sums in the order of the blocks",
              tenon_test::all_ranks) {
  TcpCommunication communication(host_of(world));
  const Dims matrix = matrix_of(world.size()), shape{5, 6};
  const int step = world.size() < 4 ? 1 : world.size() == 4 ? 4 : 12;  // thousands of pairs
  const auto goals = distributions(matrix, shape, false);
  int count = 0;
  for (const Distribution& from : distributions(matrix, shape, true))
    for (const Distribution& to : goals) {
      if (++count % step) continue;
      REQUIRE_MESSAGE(arrives<float>(communication, from, to), count);
      if (count % 5 == 0) REQUIRE_MESSAGE(arrives<double>(communication, from, to), count);
      if (from.partial()) continue;
      if (count % 5 == 1) REQUIRE_MESSAGE(arrives<std::int64_t>(communication, from, to), count);
      if (count % 5 == 2) REQUIRE_MESSAGE(arrives<std::uint8_t>(communication, from, to), count);
    }
}

MPI_TEST_CASE("over TCP messages of any size pass each other", tenon_test::all_ranks) {
  TcpCommunication communication(host_of(world));
  const Index n = world.size();
  for (const Dims& shape : {Dims{262144, 1}, Dims{262145, 1}, Dims{1023, 1021}, Dims{2048, 2500}}) {
    const Distribution rows = whole(shape).cut(0, {{n, 1}}),
                       columns = whole(shape).cut(1, {{n, 1}});
    CHECK(arrives<float>(communication, rows, whole(shape)));
    CHECK(arrives<float>(communication, rows, columns));
    CHECK(arrives<float>(communication, whole(shape).cut(Cut::sum, {{n, 1}}), rows));
  }
}

MPI_TEST_CASE("over TCP and over MPI sums have the same bits, in one order or as a tree",
              tenon_test::all_ranks) {
  const Index n = world.size();
  const Distribution from = whole({37, 61}).cut(Cut::sum, {{n, 1}}), to = whole({37, 61});
  TcpCommunication tcp(host_of(world));
  MpiCommunication mpi(world, {.shared_memory = false});
  const bool power_of_two = (n & (n - 1)) == 0;
  for (const bool as_tree : {false, power_of_two}) {
    std::vector<float> y[2];
    Communication* const both[] = {&tcp, &mpi};
    for (int i = 0; i < 2; ++i) {
      const std::vector<float> x = held<float>(from, world.rank(), 7);
      y[i].resize(37 * 61);
      std::vector<std::byte> scratch(std::size_t(37 * 61 * 4 * n * 8));
      std::vector<float> sums;
      for (int s = 0; s < (as_tree ? 8 / n : 1); ++s) sums.insert(sums.end(), x.begin(), x.end());
      const auto exchange = both[i]->prepare(
          [&](int rank) { return exchange_of(from, to, rank, n, Element::float32, as_tree); },
          scratch, 1);
      const std::byte* found = exchange->run(sums.data(), y[i].data());
      std::memcpy(y[i].data(), found, y[i].size() * sizeof(float));
    }
    CHECK(same_bits(y[0].data(), y[1]));
  }
}

MPI_TEST_CASE("over TCP sums are finished", tenon_test::all_ranks) {
  TcpCommunication communication(host_of(world));
  const Index n = world.size();
  const Scalar relu([](float x) { return x < 0 ? 0 : x; }, [](double x) { return x < 0 ? 0 : x; });
  const Distribution from = whole({6, 10}).cut(Cut::sum, {{n, 1}}), to = whole({6, 10});
  const std::vector<float> bias{-900, -9, 0, 1, 2, 3, 4, -500, 6, 7};
  Prepared<float> prepared(communication, from, to);
  const Finish finish{bias.data(), &relu, "relu"};
  const float* y = prepared.run(held<float>(from, world.rank(), 1), false, finish);
  std::vector<float> expected = wanted<float>(from, to, world.rank(), 1);
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] = std::max(expected[i] + bias[i % 10], 0.f);
  CHECK(same_bits(y, expected));
}

MPI_TEST_CASE("over TCP what one rank throws together, every rank throws", tenon_test::all_ranks) {
  TcpCommunication communication(host_of(world));
  const int last = world.size() - 1;
  CHECK(error_together(communication, [] {}) == "");
  const std::string text = error_together(communication, [&] {
    if (world.rank() == last) throw Error("no such file");
  });
  CHECK(text == (last == 0 ? "tenon: no such file"
                           : sentence("tenon: no such file (found by rank ", last, ")")));
  CHECK(same_everywhere(world, text));
  const std::string first = error_together(communication, [&] {
    if (world.rank() > 0 || last == 0) throw Error(sentence("text ", world.rank()));
  });
  CHECK(first.starts_with(last == 0 ? "tenon: text 0" : "tenon: text 1"));
  CHECK(same_everywhere(world, first));
  CHECK(error_together(communication, [] { throw Error("wrong"); }) == "tenon: wrong");
  CHECK(error_together(communication, [] { throw std::runtime_error(""); }) != "");
  CHECK(error_together(communication, [] { throw 3; }) != "");
  CHECK(error_together(communication, [] {}) == "");  // and it goes on
}

MPI_TEST_CASE("over TCP what throws on one rank while an exchange is made ready, all throw",
              tenon_test::all_ranks) {
  TcpCommunication communication(host_of(world));
  const Index n = world.size();
  const Distribution sum = whole({8}).cut(Cut::sum, {{n, 1}});
  std::vector<std::byte> scratch(world.rank() == 0 ? 31 : 32 * std::size_t(n));
  const std::string text = error_of([&] {
    communication.prepare(
        [&](int rank) { return exchange_of(sum, whole({8}), rank, n, Element::float32); }, scratch,
        0);
  });
  CHECK(text.starts_with(n == 1 ? "" : "tenon: an exchange needs more scratch memory than"));
  CHECK(same_everywhere(world, text));
  CHECK(communication.agree(7));
}

MPI_TEST_CASE("over TCP numbers and texts of all ranks are gathered, rank after rank",
              tenon_test::all_ranks) {
  TcpCommunication communication(host_of(world));
  const std::uint64_t rank = std::uint64_t(world.rank());
  const std::uint64_t own[] = {rank, ~rank, rank * rank};
  const auto all = communication.all_gather(own);
  REQUIRE(all.size() == 3 * std::size_t(world.size()));
  for (std::uint64_t r = 0; r < std::uint64_t(world.size()); ++r) {
    CHECK(all[3 * r] == r);
    CHECK(all[3 * r + 1] == ~r);
    CHECK(all[3 * r + 2] == r * r);
  }
  CHECK(communication.all_gather({}).empty());
  CHECK(communication.agree(42));
  CHECK(communication.agree(rank) == (world.size() == 1));
  const auto of = [](int r) { return std::string(std::size_t(r * 5), char('a' + r)); };
  const std::vector<std::string> texts = all_gather_text(communication, of(world.rank()));
  REQUIRE(int(texts.size()) == world.size());
  for (int r = 0; r < world.size(); ++r) CHECK(texts[std::size_t(r)] == of(r));
}

MPI_TEST_CASE("over TCP what one rank sends another receives, in order", tenon_test::all_ranks) {
  TcpCommunication communication(host_of(world));
  for (const std::size_t size : {0, 1, 1000, 3 << 20}) {
    const std::vector<std::byte> first(size, std::byte{1}), second(size, std::byte{2});
    for (int to = 1; world.rank() == 0 && to < world.size(); ++to) {
      communication.send(first, to);
      communication.send(second, to);
    }
    if (world.rank() == 0) continue;
    std::vector<std::byte> a(size), b(size);
    communication.receive(a, 0);
    communication.receive(b, 0);
    CHECK(a == first);
    CHECK(b == second);
  }
  CHECK(error_of([&] { communication.send({}, world.rank()); }) ==
        sentence("tenon: rank ", world.rank(), " has no other rank ", world.rank()));
}

MPI_TEST_CASE("over TCP the ranks of one machine are one node", tenon_test::all_ranks) {
  TcpCommunication communication(host_of(world, "[::1]"));
  CHECK(communication.rank() == world.rank());
  CHECK(communication.size() == world.size());
  const std::vector<int> node = communication.node();
  REQUIRE(int(node.size()) == world.size());
  for (int rank = 0; rank < world.size(); ++rank) CHECK(node[std::size_t(rank)] == rank);
}
