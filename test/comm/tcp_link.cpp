// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/tcp_link.hpp>

#include <doctest/doctest.h>

#include <random>

#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// The two ends of a connection.
struct Ends {
  TcpSocket own, other;

  explicit Ends(int buffer = 1 << 20) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    own = TcpSocket(ends[0]), other = TcpSocket(ends[1]);
    for (const int end : ends) ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  }
};

std::vector<std::byte> counted(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = std::byte(i * 7 % 251);
  return bytes;
}
std::string frame_of(const TcpFrame& frame, std::string_view data) {
  std::string bytes(reinterpret_cast<const char*>(&frame), sizeof frame);
  return bytes.append(data).append(1, tcp_frame_is_whole);
}

}  // namespace

TEST_CASE("what is given is taken, in order, however small the steps are") {
  Ends ends(4096);
  TcpLink from(std::move(ends.own), 0, 1), to(std::move(ends.other), 1, 0);
  const std::size_t sizes[] = {1, 15, 16, 17, 0, 100000, (1 << 20) + 1, 3 << 20};
  std::vector<std::vector<std::byte>> given, taken;
  for (const std::size_t size : sizes) given.push_back(counted(size)), taken.emplace_back(size);
  std::string text = "before", words = "some words";
  from.give({TcpFrame::together}, {});
  to.take_text(text);
  for (std::size_t i = 0; i < given.size(); ++i) {
    from.give({TcpFrame::exchange, std::uint32_t(i)}, given[i]);
    to.take({TcpFrame::exchange, std::uint32_t(i)}, taken[i]);
  }
  std::string last;
  from.give({TcpFrame::together}, std::as_bytes(std::span(words)));
  to.take_text(last);
  for (int steps = 0; from.is_busy() || to.is_busy(); ++steps) {
    REQUIRE(steps < 100000);
    from.work(), to.work();
  }
  CHECK(taken == given);
  CHECK(text.empty());
  CHECK(last == words);
}

TEST_CASE("frames that come byte by byte are whole in the end") {
  Ends ends;
  TcpLink link(std::move(ends.own), 0, 1);
  std::vector<std::byte> to(5);
  link.take({TcpFrame::exchange, 9}, to);
  const std::string bytes =
      frame_of({TcpFrame::exchange, 9, 2}, "ab") + frame_of({TcpFrame::exchange, 9, 3}, "cde");
  for (const char& byte : bytes) {
    CHECK(link.is_busy());
    link.work();
    ends.other.send(std::as_bytes(std::span(&byte, 1)));
  }
  link.work();
  CHECK(!link.is_busy());
  CHECK(std::memcmp(to.data(), "abcde", 5) == 0);
}

TEST_CASE("data that nobody waits for yet stays where it is, and asks for no waking") {
  Ends ends;
  TcpLink link(std::move(ends.own), 0, 1);
  CHECK(link.to_wait_for().events == POLLIN);
  const std::string bytes = frame_of({TcpFrame::exchange, 1, 2}, "ab");
  ends.other.send(std::as_bytes(std::span(bytes)));
  link.listen();
  CHECK(link.to_wait_for().fd == -1);
  std::vector<std::byte> to(2);
  link.take({TcpFrame::exchange, 1}, to);
  CHECK(link.to_wait_for().events == POLLIN);
  link.work();
  CHECK(!link.is_busy());
}

TEST_CASE("a failure is heard behind a large frame that was under way") {
  Ends ends(4096);
  TcpLink from(std::move(ends.own), 3, 1), to(std::move(ends.other), 1, 3);
  const std::vector<std::byte> data = counted(200000);
  std::vector<std::byte> taken(data.size());
  from.give({TcpFrame::exchange, 1}, data);
  from.work();  // not all of it
  CHECK(from.is_busy());
  to.take({TcpFrame::exchange, 1}, taken);
  from.announce("the disk is full");
  std::string said;
  for (int steps = 0; said.empty() && steps < 5000; ++steps) {
    CHECK(!from.leave());
    said = error_of([&] { to.work(); });
  }
  CHECK(said == "tenon: the disk is full");
  to.announce(said);
  CHECK(to.leave());
  CHECK(from.leave());
}

TEST_CASE("what a peer may not send is an error, not taken") {
  const auto error = [](const std::string& bytes, std::size_t taken) {
    Ends ends;
    TcpLink link(std::move(ends.own), 0, 1);
    std::vector<std::byte> to(taken);
    link.take({TcpFrame::exchange, 5}, to);
    ends.other.send(std::as_bytes(std::span(bytes)));
    return error_of([&] { link.work(); });
  };
  CHECK(error(frame_of({TcpFrame::exchange, 5, 3}, "abc"), 2) ==
        "tenon: rank 1 sends 3 bytes in the exchange of step 5, where rank 0 takes 2");
  CHECK(error(frame_of({TcpFrame::exchange, 5, 0}, ""), 2) ==
        "tenon: rank 1 sends 0 bytes in the exchange of step 5, where rank 0 takes 2");
  CHECK(error(frame_of({TcpFrame::exchange, 6, 2}, "ab"), 2) ==
        "tenon: rank 1 is in the exchange of step 6, but rank 0 in the exchange of step 5");
  CHECK(error(frame_of({TcpFrame::Kind(77), 6, 2}, "ab"), 2) ==
        "tenon: rank 1 is in an unknown frame of kind 77, but rank 0 in the exchange of step 5");
  CHECK(error(frame_of({TcpFrame::failure, 0, 1 << 20}, ""), 2) ==
        "tenon: rank 1 sends a text of 1048576 bytes");
  CHECK(error(frame_of({TcpFrame::failure, 0, 2}, "no"), 2) == "tenon: no");
  std::string whole = frame_of({TcpFrame::exchange, 5, 2}, "ab");
  CHECK(error(whole, 2) == "");
  CHECK(error(whole.substr(0, 18), 2) == "");  // more may come
  whole.back() = 'x';
  CHECK(error(whole, 2) == "tenon: rank 1 ends the exchange of step 5 with no mark");
  whole.back() = tcp_frame_is_broken;
  CHECK(error(whole + frame_of({TcpFrame::failure, 0, 2}, "no"), 2) == "tenon: no");
}

TEST_CASE("garbage is an error or waits for more") {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    Ends ends;
    TcpLink link(std::move(ends.own), 0, 1);
    std::vector<std::byte> to(1 + random() % 64);
    std::string text;
    if (round % 2) link.take_text(text);
    link.take({TcpFrame::Kind(random() % 3), std::uint32_t(random() % 2)}, to);
    std::string bytes;
    for (std::size_t i = random() % 5; i > 0; --i) {
      const TcpFrame frame{TcpFrame::Kind(random() % 6), std::uint32_t(random() % 2),
                           random() % 4 ? random() % 70 : std::uint64_t(random()) << random() % 32};
      bytes += frame_of(frame, std::string(random() % 70, 'x'));
    }
    if (!bytes.empty()) bytes[random() % bytes.size()] = char(random());
    ends.other.send(std::as_bytes(std::span(bytes)));
    const std::string said = error_of([&] { link.work(), link.listen(); });
    REQUIRE((said.empty() || said.starts_with("tenon: ")));
  }
}

TEST_CASE("a peer that is gone while it is waited for is an error, else nothing") {
  Ends ends;
  TcpLink link(std::move(ends.own), 0, 1);
  ends.other = TcpSocket();
  link.listen();
  CHECK(link.to_wait_for().fd == -1);
  std::vector<std::byte> data(3);
  link.take({TcpFrame::message}, data);
  CHECK(error_of([&] { link.work(); }) == "tenon: rank 1 is gone: it closed its connections");
  Ends others;
  TcpLink giver(std::move(others.own), 0, 1);
  others.other = TcpSocket();
  giver.give({TcpFrame::message}, data);
  CHECK(error_of([&] { giver.work(); }) == "tenon: rank 1 is gone: it closed its connections");
}
