// SPDX-License-Identifier: Apache-2.0
#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <string>
#include <vector>

#include <tenon/comm/alone.hpp>
#include <tenon/comm/gather_text.hpp>
#include <tenon/comm/mpi.hpp>

#include "mpi.hpp"
#include "together.hpp"

using namespace tenon;
using namespace tenon::test;

MPI_TEST_CASE("together: nothing is thrown where no rank throws", tenon_test::all_ranks) {
  MpiCommunication communication(world);
  int done = 0;
  CHECK(error_together(communication, [&] { ++done; }) == "");
  CHECK(done == 1);
}

MPI_TEST_CASE("together: what one rank throws, every rank throws", tenon_test::all_ranks) {
  MpiCommunication communication(world);
  const int last = world.size() - 1;
  const std::string text = error_together(communication, [&] {
    if (world.rank() == last) throw Error("no such file");
  });
  CHECK(text.starts_with("tenon: no such file"));
  CHECK(text.find("tenon: ", 1) == std::string::npos);  // once
  CHECK(same_everywhere(world, text));
  if (last > 0) CHECK(text.find("rank " + std::to_string(last)) != std::string::npos);
}

MPI_TEST_CASE("together: of different texts, that of the first rank", tenon_test::all_ranks) {
  MpiCommunication communication(world);
  const std::string text = error_together(communication, [&] {
    if (world.rank() > 0 || world.size() == 1)
      throw std::runtime_error("text " + std::to_string(world.rank()));
  });
  CHECK(text.starts_with(world.size() == 1 ? "tenon: text 0" : "tenon: text 1"));
  CHECK(same_everywhere(world, text));
}

MPI_TEST_CASE("together: an error on all ranks is said without a rank", tenon_test::all_ranks) {
  MpiCommunication communication(world);
  CHECK(error_together(communication, [] { throw Error("wrong"); }) == "tenon: wrong");
  CHECK(error_together(communication, [] { throw std::runtime_error(""); }) != "");
  CHECK(error_together(communication, [] {}) == "");  // and it goes on
}

MPI_TEST_CASE("all_gather: the numbers of all ranks, rank after rank", tenon_test::all_ranks) {
  MpiCommunication communication(world);
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
}

MPI_TEST_CASE("the host's messages and the library's do not meet", 2) {
  MpiCommunication communication(world);
  const int other = 1 - world.rank();
  int got = -1, own = world.rank();
  auto waiting = world.irecv(other, boost::mpi::any_tag, got);  // would take any message on `world`
  const auto all = communication.all_gather(std::vector<std::uint64_t>{7});
  CHECK(all == std::vector<std::uint64_t>{7, 7});
  world.send(other, 3, own);
  waiting.wait();
  CHECK(got == other);
}

MPI_TEST_CASE("a communication is a duplicate, on part of the ranks as on all", 3) {
  const auto part = world.split(world.rank() == 1 ? 0 : 1);
  MpiCommunication communication(part);
  CHECK(communication.size() == part.size());
  CHECK(communication.rank() == part.rank());
  int same = 0;
  MPI_Comm_compare(part, communication.communicator(), &same);
  CHECK(same == MPI_CONGRUENT);
}

TEST_CASE("one rank alone needs no MPI") {
  Alone alone;
  CHECK(alone.size() == 1);
  CHECK(alone.rank() == 0);
  CHECK(alone.agree(3));
  CHECK(error_together(alone, [] { throw Error("wrong"); }) == "tenon: wrong");
  CHECK(error_together(alone, [] {}) == "");
}

MPI_TEST_CASE("the ranks of one machine are one node", tenon_test::all_ranks) {
  MpiCommunication communication(world);
  const std::vector<int> node = communication.node();
  CHECK(int(node.size()) == world.size());  // the tests run on one
  for (int rank = 0; rank < int(node.size()); ++rank) CHECK(node[std::size_t(rank)] == rank);
  CHECK(Alone().node() == std::vector<int>{0});
}

MPI_TEST_CASE("what one rank sends another receives, in order", tenon_test::all_ranks) {
  MpiCommunication communication(world);
  for (const std::size_t size : {0, 1, 1000, 1 << 20}) {
    std::vector<std::byte> first(size, std::byte{1}), second(size, std::byte{2});
    if (world.rank() == 0) {
      for (int to = 1; to < world.size(); ++to) {
        communication.send(first, to);
        communication.send(second, to);
      }
    } else {
      std::vector<std::byte> a(size), b(size);
      communication.receive(a, 0);
      communication.receive(b, 0);
      CHECK(a == first);
      CHECK(b == second);
    }
  }
}

MPI_TEST_CASE("the texts of all ranks, of any length", tenon_test::all_ranks) {
  MpiCommunication communication(world);
  const auto of = [](int rank) { return std::string(std::size_t(rank * 5), char('a' + rank)); };
  const std::vector<std::string> all = all_gather_text(communication, of(world.rank()));
  REQUIRE(int(all.size()) == world.size());
  for (int rank = 0; rank < world.size(); ++rank) CHECK(all[std::size_t(rank)] == of(rank));
}
