// SPDX-License-Identifier: Apache-2.0
// Ranks that die, throw, stray or are late: the others end with one text, and none hangs.
#include <tenon/comm/tcp.hpp>

#include <set>
#include <thread>

#include "exchanged.hpp"
#include "mpi.hpp"
#include "processes.hpp"
#include "together.hpp"

using namespace tenon;
using namespace tenon::test;
using namespace std::chrono_literals;

namespace {

/// What each rank of a job says that does this over TCP.
std::vector<std::string> job(int ranks, const std::function<std::string(TcpCommunication&)>& body,
                             std::chrono::nanoseconds exchange_patience = 0ns) {
  const std::string join = free_address();
  return processes(ranks, [&](int rank) {
    TcpCommunication communication({.rank = rank,
                                    .ranks = ranks,
                                    .join = join,
                                    .patience = 10s,
                                    .exchange_patience = exchange_patience});
    return body(communication);
  });
}

/// An all-reduce of so many floats, prepared.
Prepared<float> sum_of_all(Communication& communication, Index elements) {
  const Distribution from =
      whole({elements}).cut(Cut::sum, {{Index(communication.size()), Index(1)}});
  return {communication, from, whole({elements})};
}

std::string run(Prepared<float>& prepared) {
  prepared.run({}, false);
  return "done";
}

}  // namespace

TEST_CASE("a rank that is killed ends the exchange of all others, with one text") {
  if (!is_alone()) return;
  for (const Index elements : {Index(10), Index(1) << 20}) {
    const auto said = job(4, [&](TcpCommunication& communication) {
      auto prepared = sum_of_all(communication, elements);
      run(prepared);
      if (communication.rank() == 2) ::raise(SIGKILL);
      return run(prepared);
    });
    CHECK(said[2] == "killed by signal 9");
    for (const int rank : {0, 1, 3})
      CHECK(said[std::size_t(rank)] == "tenon: rank 2 is gone: it closed its connections");
  }
}

TEST_CASE("a rank that is killed ends what the others do together") {
  if (!is_alone()) return;
  const auto said = job(3, [](TcpCommunication& communication) {
    if (communication.rank() == 0) ::raise(SIGKILL);
    communication.all_gather(std::vector<std::uint64_t>{1, 2});
    return std::string("done");
  });
  CHECK(said == std::vector<std::string>{"killed by signal 9",
                                         "tenon: rank 0 is gone: it closed its connections",
                                         "tenon: rank 0 is gone: it closed its connections"});
}

TEST_CASE("a rank that does not wait for the dead one hears of it from one that does") {
  if (!is_alone()) return;
  const auto said = job(3, [](TcpCommunication& communication) {
    std::byte data{};
    if (communication.rank() == 2) ::raise(SIGKILL);
    communication.receive({&data, 1}, communication.rank() == 0 ? 1 : 2);  // 0 < 1 < 2
    return std::string("done");
  });
  CHECK(said[0] == "tenon: rank 2 is gone: it closed its connections");
  CHECK(said[1] == said[0]);
}

TEST_CASE("a failure is heard while another rank is waited for") {
  if (!is_alone()) return;
  const auto said = job(4, [](TcpCommunication& communication) {
    const auto start = std::chrono::steady_clock::now();
    std::byte data{};
    std::string text = "done";
    if (communication.rank() == 3) ::raise(SIGKILL);
    if (communication.rank() == 1) std::this_thread::sleep_for(4s);  // outside of the library
    else try {
        communication.receive({&data, 1}, communication.rank() == 0 ? 1 : 3);
      } catch (const Error& error) {
        text = error.what();
      }
    return text + (std::chrono::steady_clock::now() - start < 3s ? "" : ", late");
  });
  CHECK(said[0] == "tenon: rank 3 is gone: it closed its connections");
  CHECK(said[2] == said[0]);
}

TEST_CASE("what one rank throws where others wait in an exchange, all throw") {
  if (!is_alone()) return;
  const auto said = job(4, [](TcpCommunication& communication) {
    auto prepared = sum_of_all(communication, 100000);
    communication.together([&] {
      if (communication.rank() == 1) throw Error("no such file");
      run(prepared);
    });
    return std::string("done");
  });
  for (const std::string& text : said) CHECK(text == "tenon: no such file (found by rank 1)");
}

TEST_CASE("ranks that are not at the same place find out, and say both") {
  if (!is_alone()) return;
  const auto said = job(2, [](TcpCommunication& communication) {
    auto prepared = sum_of_all(communication, 10);
    if (communication.rank() == 0) return run(prepared);
    communication.all_gather(std::vector<std::uint64_t>{1, 2, 3});
    return std::string("done");
  });
  const std::string first =
      "tenon: rank 1 is in a gathering of 3 numbers of each rank, but rank 0 in the exchange of "
      "step 3";
  const std::string second =
      "tenon: rank 0 is in the exchange of step 3, but rank 1 in a gathering of 3 numbers of each "
      "rank";
  CHECK((said[0] == first || said[0] == second));
  CHECK((said[1] == first || said[1] == second));
  const auto counts = job(2, [](TcpCommunication& communication) {
    communication.all_gather(std::vector<std::uint64_t>(std::size_t(communication.rank()) + 1));
    return std::string("done");
  });
  CHECK(counts[0].starts_with("tenon: rank"));
  CHECK(counts[1].starts_with("tenon: rank"));
  const auto left = job(2, [](TcpCommunication& communication) {
    communication.together([&] {
      auto prepared =
          communication.rank() == 0 ? std::vector<std::byte>(3) : std::vector<std::byte>();
      if (communication.rank() == 0) communication.receive(prepared, 1);
    });
    return std::string("done");
  });
  CHECK(left[0] == "tenon: rank 1 has left a message from rank to rank");
  CHECK(left[1] == left[0]);
}

TEST_CASE("a message of another size than is taken is said, not taken") {
  if (!is_alone()) return;
  const auto said = job(2, [](TcpCommunication& communication) {
    std::vector<std::byte> data(communication.rank() == 0 ? 9 : 5);
    if (communication.rank() == 0) communication.send(data, 1);
    else communication.receive(data, 0);
    communication.together([] {});
    return std::string("done");
  });
  CHECK(said[1] ==
        "tenon: rank 0 sends 9 bytes in a message from rank to rank, where rank 1 takes 5");
  CHECK(said[0] == said[1]);
}

TEST_CASE("a rank that is too late is named, and all throw") {
  if (!is_alone()) return;
  const auto said = job(
      3,
      [](TcpCommunication& communication) {
        auto prepared = sum_of_all(communication, 10);
        if (communication.rank() == 1) std::this_thread::sleep_for(2500ms);
        run(prepared);  // rank 1 finds all that it takes
        return run(prepared);
      },
      700ms);
  const std::set<std::string> legal{
      "tenon: rank 0 waits for rank 1 in the exchange of step 3, for more than 700 ms",
      "tenon: rank 2 waits for rank 1 in the exchange of step 3, for more than 700 ms"};
  for (const std::string& text : said) CHECK_MESSAGE(legal.contains(text), text);
}

TEST_CASE("after a failure every exchange of the communication throws") {
  if (!is_alone()) return;
  const auto said = job(2, [](TcpCommunication& communication) {
    auto prepared = sum_of_all(communication, 10);
    if (communication.rank() == 1) ::raise(SIGKILL);
    std::string all;
    for (int i = 0; i < 2; ++i) try {
        run(prepared);
      } catch (const Error& error) {
        all.append(error.what()).append("\n");
      }
    try {
      communication.agree(1);
    } catch (const Error& error) {
      all.append(error.what());
    }
    return all;
  });
  const std::string again =
      "tenon: an exchange of this communication failed before: rank 1 is gone: it closed its "
      "connections; make a new communication, on all ranks";
  CHECK(said[0] == "tenon: rank 1 is gone: it closed its connections\n" + again + "\n" + again);
}

TEST_CASE("a rank that says that it failed ends all others, and so it does in a part of them") {
  if (!is_alone()) return;
  for (const bool in_part : {false, true}) {
    const auto said = job(3, [&](TcpCommunication& communication) {
      const auto part = communication.part(0, 3);
      Communication& used = in_part ? *part : communication;
      auto prepared = sum_of_all(used, 10);
      run(prepared);
      if (communication.rank() == 1) used.fail("tenon: no memory");
      return run(prepared);
    });
    for (const int rank : {0, 2}) CHECK(said[std::size_t(rank)] == "tenon: no memory");
    CHECK(said[1].starts_with("tenon: an exchange of this communication failed before: no mem"));
  }
}

TEST_CASE("a rank may leave when the others have all of it") {
  if (!is_alone()) return;
  const auto said = job(3, [](TcpCommunication& communication) {
    std::vector<std::byte> data(1 << 20, std::byte{7}), got(data.size());
    if (communication.rank() == 0) {
      communication.send(data, 1);
      return std::string("left");
    }
    if (communication.rank() == 1) {
      std::this_thread::sleep_for(200ms);
      communication.receive(got, 0);
      communication.send(got, 2);
    } else {
      communication.receive(got, 1);
    }
    return std::string(got == data ? "done" : "wrong");
  });
  CHECK(said == std::vector<std::string>{"left", "done", "done"});
}
