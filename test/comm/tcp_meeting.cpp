// SPDX-License-Identifier: Apache-2.0
// How processes become the ranks of a job, and who does not.
#include <tenon/comm/tcp_meeting.hpp>

#include <boost/mpi/communicator.hpp>
#include <doctest/doctest.h>
#include <thread>

#include <tenon/comm/tcp.hpp>

#include "processes.hpp"
#include "together.hpp"

using namespace tenon;
using namespace tenon::test;
using namespace std::chrono_literals;

namespace {

std::string joined(const TcpHost& host) {
  TcpCommunication communication(host);
  std::string all = "with";
  const std::uint64_t number = std::uint64_t(host.rank) * 11;
  for (std::uint64_t other : communication.all_gather({&number, 1}))
    all += " " + std::to_string(other);
  return all;
}
/// A client that says something to whoever listens, and what it is answered until the end.
std::string answer_to(const std::string& at, std::span<const std::byte> words) {
  const Deadline deadline = deadline_after(10s);
  TcpSocket socket;
  while (!socket && !is_over(deadline)) {
    socket = TcpSocket::connected(addresses_of(at)[0], deadline);
    if (!socket) std::this_thread::sleep_for(5ms);
  }
  socket.send_all(words, deadline);
  std::string answer;
  for (char part[256]; socket.wait(POLLIN, deadline);) {
    const ssize_t n = ::recv(socket.number(), part, sizeof part, 0);
    if (n <= 0) break;
    answer.append(part, std::size_t(n));
  }
  return answer;
}
std::string answer_to(const std::string& at, std::string_view words) {
  return answer_to(at, std::as_bytes(std::span(words)));
}
/// Why a greeting is refused.
std::string refusal_of(const std::string& at, const TcpGreeting& greeting) {
  const std::string answer = answer_to(at, detail::raw(greeting));
  return answer.size() < sizeof(TcpAnswer) ? "" : answer.substr(sizeof(TcpAnswer));
}
/// What a job of one rank too few says, which waits for half a second while this happens.
std::string while_waiting(const std::function<void(const std::string& at)>& happens) {
  const std::string at = free_address();
  Process first = start(
      [&] { return joined({.rank = 0, .ranks = 2, .join = at, .job = "a", .patience = 1500ms}); });
  happens(at);
  return ended(first, 10s);
}

}  // namespace

TEST_CASE("ranks meet in whatever order they come") {
  if (!is_alone()) return;
  const std::string at = free_address();
  const auto said = processes(5, [&](int rank) {
    std::this_thread::sleep_for((4 - rank) * 50ms);
    return joined({.rank = rank, .ranks = 5, .join = at});
  });
  for (const std::string& text : said) CHECK(text == "with 0 11 22 33 44");
}

TEST_CASE("ranks that never come are named to all that did") {
  if (!is_alone()) return;
  const std::string at = free_address();
  const auto said = processes(3, [&](int rank) {
    return joined({.rank = rank == 2 ? 4 : rank, .ranks = 6, .join = at, .patience = 1s});
  });
  for (const std::string& text : said)
    CHECK(text ==
          sentence("tenon: rank 2, 3, 5 did not come to rank 0 at ", at, " within 1000 ms"));
}

TEST_CASE("a rank 0 that never comes is an error, and so is one that leaves") {
  if (!is_alone()) return;
  const std::string at = free_address();
  CHECK(error_of([&] { joined({.rank = 1, .ranks = 2, .join = at, .patience = 200ms}); }) ==
        sentence("tenon: rank 1 found no rank 0 at ", at, " within 200 ms: Connection refused"));
  Process first = start([&] {
    std::thread killer([] { std::this_thread::sleep_for(300ms), ::raise(SIGKILL); });
    return joined({.rank = 0, .ranks = 3, .join = at});
  });
  Process second = start([&] { return joined({.rank = 1, .ranks = 3, .join = at}); });
  CHECK(ended(first, 10s) == "killed by signal 9");
  CHECK(ended(second, 10s) == sentence("tenon: rank 0 at ", at, " left before all ranks had come"));
}

TEST_CASE("a rank that ended before all had come may come again") {
  if (!is_alone()) return;
  const std::string at = free_address();
  const auto of = [&](int rank) {
    return start([&, rank] { return joined({.rank = rank, .ranks = 3, .join = at}); });
  };
  Process first = of(0), dead = of(1);
  std::this_thread::sleep_for(300ms);
  ::kill(dead.id, SIGKILL);
  ended(dead, 10s);
  Process second = of(1);
  std::this_thread::sleep_for(300ms);
  Process third = of(2);
  CHECK(ended(first, 10s) == "with 0 11 22");
  CHECK(ended(second, 10s) == "with 0 11 22");
  CHECK(ended(third, 10s) == "with 0 11 22");
}

TEST_CASE("strangers are sent away, whatever they say, and the ranks meet all the same") {
  if (!is_alone()) return;
  const std::string at = free_address();
  const auto of = [&](int rank) {
    return start([&, rank] { return joined({.rank = rank, .ranks = 2, .join = at}); });
  };
  Process first = of(0);
  const std::string words = "the ranks of a Tenon job meet here\n";
  CHECK(answer_to(at, "GET / HTTP/1.1\r\n\r\n") == words);
  CHECK(answer_to(at, std::string(1 << 20, 'x')).size() <= words.size());
  std::vector<TcpSocket> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(TcpSocket::connected(addresses_of(at)[0], deadline_after(1s)));
    const std::string_view begun = "Tenonc";  // and no more
    if (i % 2) silent.back().send(std::as_bytes(std::span(begun)));
  }
  Process second = of(1);
  CHECK(ended(first, 10s) == "with 0 11");
  CHECK(ended(second, 10s) == "with 0 11");
}

TEST_CASE("a process that is no rank of the job is told why") {
  if (!is_alone()) return;
  const std::string missing = while_waiting([](const std::string& at) {
    const TcpGreeting good{.rank = 1, .ranks = 2, .job = Hash().add("a").value};
    TcpGreeting other = good;
    other.version = 2;
    CHECK(refusal_of(at, other) == "it speaks version 2 of the protocol, rank 0 version 1");
    other = good, other.job = 7;
    CHECK(refusal_of(at, other) == "it is of another job");
    other = good, other.ranks = 4;
    CHECK(refusal_of(at, other) == "it is of a job of 4 ranks, rank 0 of 2");
    for (const int rank : {0, 2, -1, 1 << 30}) {
      other = good, other.rank = rank;
      CHECK(refusal_of(at, other) == sentence("it says that it is rank ", rank, "; legal: 1 to 1"));
    }
  });
  CHECK(missing.starts_with("tenon: rank 1 did not come to rank 0 at "));
}

TEST_CASE("two jobs at one address: the second is refused, on every rank") {
  if (!is_alone()) return;
  const std::string at = free_address();
  const auto of = [&](const char* job, int rank, int ranks) {
    return start([=] {
      return joined({.rank = rank, .ranks = ranks, .join = at, .job = job, .patience = 5s});
    });
  };
  Process first = of("one", 0, 2);
  CHECK(answer_to(at, "x") != "");  // it is there
  Process other = of("two", 0, 2), others = of("two", 1, 2), doubled = of("one", 1, 3);
  CHECK(ended(other, 10s) ==
        sentence("tenon: rank 0 cannot be met at ", at, ": Address already in use"));
  CHECK(ended(others, 10s) ==
        sentence("tenon: rank 1 was refused by rank 0 at ", at, ": it is of another job"));
  CHECK(ended(doubled, 10s) == sentence("tenon: rank 1 was refused by rank 0 at ", at,
                                        ": it is of a job of 3 ranks, rank 0 of 2"));
  Process second = of("one", 1, 2);
  CHECK(ended(first, 10s) == "with 0 11");
  CHECK(ended(second, 10s) == "with 0 11");
}

TEST_CASE("two jobs at one address, one after the other") {
  if (!is_alone()) return;
  const std::string at = free_address();
  for (const char* job : {"one", "two", "three"}) {
    const auto said = processes(
        3, [&](int rank) { return joined({.rank = rank, .ranks = 3, .join = at, .job = job}); });
    for (const std::string& text : said) CHECK(text == "with 0 11 22");
  }
}

TEST_CASE("a rank that came to the door of a job that had met tries again") {
  if (!is_alone()) return;
  TcpSocket door = TcpSocket::listening(addresses_of("127.0.0.1:1")[0], 0);
  const std::string at = door.own_address().text();
  const auto of = [&](int rank) {
    return start([&, rank] {
      if (rank > 0) door = TcpSocket();  // the child's
      return joined({.rank = rank, .ranks = 2, .join = at, .patience = 5s});
    });
  };
  Process second = of(1);
  door.wait(POLLIN, deadline_after(10s));  // it has come, and nobody lets it in
  std::this_thread::sleep_for(100ms);
  door = TcpSocket();
  Process first = of(0);
  CHECK(ended(second, 10s) == "with 0 11");
  CHECK(ended(first, 10s) == "with 0 11");
}

TEST_CASE("a rank that comes twice is refused the second time") {
  if (!is_alone()) return;
  const std::string at = free_address();
  const auto of = [&](int rank) {
    return start([&, rank] { return joined({.rank = rank, .ranks = 3, .join = at}); });
  };
  Process first = of(0), second = of(1);
  std::this_thread::sleep_for(300ms);
  Process twin = of(1);
  CHECK(ended(twin, 10s) ==
        sentence("tenon: rank 1 was refused by rank 0 at ", at, ": rank 1 is there already"));
  Process third = of(2);
  CHECK(ended(first, 10s) == "with 0 11 22");
  CHECK(ended(second, 10s) == "with 0 11 22");
  CHECK(ended(third, 10s) == "with 0 11 22");
}

TEST_CASE("what answers may be something else") {
  if (!is_alone()) return;
  const TcpSocket listener = TcpSocket::listening(addresses_of("127.0.0.1:1")[0], 0);
  const std::string at = listener.own_address().text();
  const auto said = [&](std::string_view words) {
    Process rank =
        start([&] { return joined({.rank = 1, .ranks = 2, .join = at, .patience = 300ms}); });
    listener.wait(POLLIN, deadline_after(10s));
    const TcpSocket other = listener.accept();
    std::this_thread::sleep_for(50ms);
    other.send(std::as_bytes(std::span(words)));
    return ended(rank, 10s);
  };
  CHECK(said("SSH-2.0-OpenSSH_9.2\r\n") ==
        sentence("tenon: what answers at ", at, " is no rank 0 of a Tenon job"));
  CHECK(said("S") == sentence("tenon: what answers at ", at, " is no rank 0 of a Tenon job"));
  CHECK(said("") == sentence("tenon: rank 0 at ", at, " did not answer rank 1 within 300 ms"));
  TcpAnswer answer{.kind = TcpAnswer::accepted, .bytes = ~std::uint64_t(0)};
  CHECK(said({reinterpret_cast<const char*>(&answer), sizeof answer}) ==
        sentence("tenon: rank 0 at ", at, " speaks another version of the protocol"));
}

TEST_CASE("one rank alone needs nobody to meet") {
  CHECK(joined({}) == "with 0");
  CHECK(joined({.rank = 0, .ranks = 1, .join = "nonsense"}) == "with 0");
}

TEST_CASE("ranks and addresses that cannot be") {
  const auto error = [](const TcpHost& host) { return error_of([&] { meet(host); }); };
  CHECK(error({.rank = 0, .ranks = 0}) == "tenon: a job of 0 ranks; legal: 1 to 4096");
  CHECK(error({.rank = 0, .ranks = 5000}) == "tenon: a job of 5000 ranks; legal: 1 to 4096");
  CHECK(error({.rank = 3, .ranks = 3}) == "tenon: the rank is 3; legal: 0 to 2");
  CHECK(error({.rank = -1, .ranks = 3}) == "tenon: the rank is -1; legal: 0 to 2");
  CHECK(error({.rank = 0, .ranks = 2}) ==
        "tenon: \"\" is no address to meet at: legal: HOST:PORT, [IPV6]:PORT");
  CHECK(error({.rank = 0, .ranks = 2, .join = "192.0.2.1:7000"}) ==
        "tenon: rank 0 cannot be met at 192.0.2.1:7000: Cannot assign requested address");
}
