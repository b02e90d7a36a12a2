// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/virtual_ranks.hpp>

#include <sys/resource.h>

#include <atomic>
#include <chrono>

#include <tenon/comm/gather_text.hpp>
#include <tenon/comm/mpi.hpp>

#include "../support/error_of.hpp"
#include "exchanged.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

template <class T>
bool arrives_among_threads(Communication& communication, const Distribution& from,
                           const Distribution& to) {
  Prepared<T> prepared(communication, from, to);
  const Index rank = communication.rank();
  for (int run = 0; run < 2; ++run)
    if (!same_bits(prepared.run(held<T>(from, rank, run), false), wanted<T>(from, to, rank, run)))
      return false;
  return true;
}

/// What a rank has of a sum of 37 x 61 after an exchange, in one order or as a tree.
std::vector<float> summed_over(Communication& communication, bool as_tree) {
  const Index n = communication.size();
  const Distribution from = whole({37, 61}).cut(Cut::sum, {{n, 1}}), to = whole({37, 61});
  const std::vector<float> x = held<float>(from, communication.rank(), 7);
  std::vector<float> sums, y(37 * 61);
  for (int s = 0; s < (as_tree ? 8 / n : 1); ++s) sums.insert(sums.end(), x.begin(), x.end());
  std::vector<std::byte> scratch(std::size_t(37 * 61 * 4 * n * 8));
  const auto exchange = communication.prepare(
      [&](int rank) { return exchange_of(from, to, rank, n, Element::float32, as_tree); }, scratch,
      1);
  std::memcpy(y.data(), exchange->run(sums.data(), y.data()), y.size() * sizeof(float));
  return y;
}

/// What each rank throws; and what the whole does.
struct Thrown {
  std::vector<std::string> ranks;
  std::string together;

  Thrown(int count, const std::function<void(Communication&)>& body) : ranks(std::size_t(count)) {
    together = error_of([&] {
      run_virtual_ranks(count, [&](Communication& communication) {
        std::string& text = ranks[std::size_t(communication.rank())];
        try {
          body(communication);
        } catch (const std::exception& error) {
          text = error.what();
          throw;
        }
      });
    });
  }
  bool all_say(const std::string& text) const {
    return std::ranges::count(ranks, text) == std::ssize(ranks);
  }
};

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

MPI_TEST_CASE("among threads every exchange brings every block, sums in the order of the blocks",
              1) {
  for (const int ranks : {1, 2, 3, 4, 6, 8}) {
    const Dims matrix = matrix_of(ranks), shape{5, 6};
    const int step = ranks < 4 ? 1 : ranks == 4 ? 16 : 96;  // thousands of pairs
    std::atomic<int> wrong = 0, right = 0;
    run_virtual_ranks(ranks, [&](Communication& communication) {
      REQUIRE(communication.size() == ranks);
      const auto goals = distributions(matrix, shape, false);
      int count = 0;
      for (const Distribution& from : distributions(matrix, shape, true))
        for (const Distribution& to : goals) {
          if (++count % step) continue;
          bool ok = arrives_among_threads<float>(communication, from, to);
          if (count % 5 == 0) ok = ok && arrives_among_threads<double>(communication, from, to);
          if (count % 5 == 1 && !from.partial())
            ok = ok && arrives_among_threads<std::int64_t>(communication, from, to);
          if (count % 5 == 2 && !from.partial())
            ok = ok && arrives_among_threads<std::uint8_t>(communication, from, to);
          ++(ok ? right : wrong);
        }
    });
    CHECK_MESSAGE(wrong == 0, ranks);
    CHECK(right > 0);
  }
}

MPI_TEST_CASE("64 ranks exchange on a few cores, and those that wait sleep", 1) {
  constexpr Index n = 64;
  const Distribution rows = whole({640, 192}).cut(0, {{n, 1}}),
                     columns = whole({640, 192}).cut(1, {{n, 1}}),
                     sum = whole({640, 192}).cut(Cut::sum, {{n, 1}});
  std::atomic<int> right = 0;
  run_virtual_ranks(n, [&](Communication& communication) {
    right += arrives_among_threads<float>(communication, rows, columns);
    right += arrives_among_threads<float>(communication, columns, whole({640, 192}));
    right += arrives_among_threads<float>(communication, sum, rows);
  });
  CHECK(right == 3 * n);
  const double before = processor_seconds();
  run_virtual_ranks(n, [&](Communication& communication) {
    if (communication.rank() == 5) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    communication.agree(1);
  });
  CHECK(processor_seconds() - before < 0.2);
}

MPI_TEST_CASE("among threads and over MPI sums have the same bits, in one order or as a tree",
              tenon_test::all_ranks) {
  const int n = world.size();
  MpiCommunication mpi(world, {.shared_memory = false});
  const bool power_of_two = (n & (n - 1)) == 0;
  for (const bool as_tree : {false, power_of_two}) {
    const std::vector<float> expected = summed_over(mpi, as_tree);
    std::atomic<int> same = 0;
    run_virtual_ranks(n, [&](Communication& communication) {
      same += same_bits(summed_over(communication, as_tree).data(), expected);
    });
    CHECK(same == n);
  }
}

MPI_TEST_CASE("among threads sums are finished", 1) {
  const Scalar relu([](float x) { return x < 0 ? 0 : x; }, [](double x) { return x < 0 ? 0 : x; });
  const Distribution from = whole({6, 10}).cut(Cut::sum, {{4, 1}}), to = whole({6, 10});
  const std::vector<float> bias{-900, -9, 0, 1, 2, 3, 4, -500, 6, 7};
  run_virtual_ranks(4, [&](Communication& communication) {
    Prepared<float> prepared(communication, from, to);
    const float* y = prepared.run(held<float>(from, communication.rank(), 1), false,
                                  {bias.data(), &relu, "relu"});
    std::vector<float> expected = wanted<float>(from, to, communication.rank(), 1);
    for (std::size_t i = 0; i < expected.size(); ++i)
      expected[i] = std::max(expected[i] + bias[i % 10], 0.f);
    CHECK(same_bits(y, expected));
  });
}

MPI_TEST_CASE("among threads what one rank throws together, every rank throws, in MPI's words", 1) {
  for (const int ranks : {1, 2, 5}) {
    const int last = ranks - 1;
    std::vector<std::string> mpi_says;
    const auto together = [&](const std::function<void(int)>& what) {
      return Thrown(ranks, [&](Communication& communication) {
        const std::string text =
            error_of([&] { communication.together([&] { what(communication.rank()); }); });
        CHECK(communication.agree(7));  // and it goes on
        if (!text.empty()) throw Error(text);
      });
    };
    const std::string by_last =
        ranks == 1 ? "tenon: none" : sentence("tenon: none (found by rank ", last, ")");
    const Thrown one = together([&](int rank) {
      if (rank == last) throw Error("none");
    });
    CHECK(one.all_say(by_last));
    CHECK(one.together == by_last);
    const Thrown several = together([&](int rank) {
      if (rank > 0 || ranks == 1) throw Error(sentence("text ", rank));
    });
    CHECK(several.all_say(ranks == 1   ? "tenon: text 0"
                          : ranks == 2 ? "tenon: text 1 (found by rank 1)"
                                       : "tenon: text 1 (found by rank 1 and others)"));
    CHECK(together([](int) { throw Error("wrong"); }).all_say("tenon: wrong"));
    CHECK(together([](int) { throw std::runtime_error(""); }).together != "");
    CHECK(together([](int) { throw 3; }).together != "");
    CHECK(together([](int) {}).together == "");
  }
}

MPI_TEST_CASE("among threads what throws while an exchange is made ready, all throw", 1) {
  const Distribution sum = whole({8}).cut(Cut::sum, {{4, 1}});
  const Thrown thrown(4, [&](Communication& communication) {
    std::vector<std::byte> scratch(communication.rank() == 2 ? 31 : 32 * 4);
    communication.prepare(
        [&](int rank) { return exchange_of(sum, whole({8}), rank, 4, Element::float32); }, scratch,
        0);
  });
  CHECK(thrown.together ==
        "tenon: an exchange needs more scratch memory than the plan gave it (found by rank 2)");
  CHECK(thrown.all_say(thrown.together));
}

MPI_TEST_CASE("a virtual rank that throws ends those that wait for it, in whatever they wait", 1) {
  const Distribution rows = whole({8, 4}).cut(0, {{4, 1}});
  for (const int where : {0, 1, 2, 3}) {
    const Thrown thrown(4, [&](Communication& communication) {
      Prepared<float> prepared(communication, rows, whole({8, 4}));
      prepared.run({}, false);
      if (communication.rank() == 2) throw std::runtime_error("the disk is full");
      std::vector<std::byte> data(5);
      if (where == 0) prepared.run({}, false);
      if (where == 1) communication.agree(1);
      if (where == 2) communication.together([] {});
      if (where == 3) communication.receive(data, 2);
    });
    CHECK(thrown.together == "tenon: the disk is full (found by rank 2)");
    for (const int other : {0, 1, 3})
      CHECK(thrown.ranks[std::size_t(other)] == "tenon: the disk is full (found by rank 2)");
  }
  CHECK(Thrown(4, [](Communication& communication) {
          if (communication.rank() % 2) throw Error(sentence("text ", communication.rank()));
        }).together == "tenon: text 1 (found by rank 1 and others)");
  CHECK(Thrown(4, [](Communication&) { throw Error("text"); }).together == "tenon: text");
}

MPI_TEST_CASE("virtual ranks that would wait for each other for ever throw", 1) {
  const Distribution rows = whole({8, 4}).cut(0, {{2, 1}});
  const auto of_two = [&](const std::function<void(Communication&, Prepared<float>&)>& body) {
    return Thrown(2,
                  [&](Communication& communication) {
                    Prepared<float> prepared(communication, rows, whole({8, 4}));
                    body(communication, prepared);
                  })
        .together;
  };
  const auto by_rank = [](auto&& first, auto&& second) {
    return [=](Communication& communication, Prepared<float>& prepared) {
      if (communication.rank() == 0) first(communication, prepared);
      else second(communication, prepared);
    };
  };
  const auto exchange = [](Communication&, Prepared<float>& prepared) { prepared.run({}, false); };
  const auto gather = [](Communication& c, Prepared<float>&) { c.agree(1); };
  const auto join = [](Communication& c, Prepared<float>&) { c.together([] {}); };
  const auto complain = [](Communication& c, Prepared<float>&) {
    c.together([] { throw Error("no file"); });
  };
  const auto receive = [](Communication& c, Prepared<float>&) {
    std::byte data[3];
    c.receive(data, 1 - c.rank());
  };
  const auto send_four = [](Communication& c, Prepared<float>&) {
    const std::byte data[4]{};
    c.send(data, 1 - c.rank());
  };
  const auto nothing = [](Communication&, Prepared<float>&) {};
  CHECK(of_two(by_rank(exchange, nothing)) ==
        "tenon: rank 0 waits for rank 1 in the exchange of step 3, and rank 1 has ended");
  CHECK(of_two(by_rank(exchange, gather)) ==
        "tenon: rank 0 waits for rank 1 in the exchange of step 3, and rank 1 for rank 0 in a "
        "gathering of 1 numbers of each rank");
  CHECK(of_two(by_rank(receive, receive)) ==
        "tenon: rank 0 waits for rank 1 in a message from rank to rank, and rank 1 for rank 0 in a "
        "message from rank to rank");
  CHECK(of_two(by_rank(send_four, nothing)) ==
        "tenon: rank 0 waits for rank 1 in a message from rank to rank, and rank 1 has ended");
  CHECK(of_two(by_rank(join, gather)).find(", others are in ") != std::string::npos);
  CHECK(of_two(by_rank(exchange, complain)) == "tenon: no file (found by rank 1)");
  CHECK(of_two(by_rank(send_four, receive)) ==
        "tenon: rank 0 sends 4 bytes in a message from rank to rank, where rank 1 takes 3");
  CHECK(of_two([&](Communication& c, Prepared<float>& p) {
          if (c.rank() == 0) return;
          CHECK(error_of([&] { receive(c, p); }).find("rank 0 has ended") != std::string::npos);
        }) == "");
}

MPI_TEST_CASE("among threads numbers, texts and messages arrive, rank after rank, in order", 1) {
  run_virtual_ranks(5, [](Communication& communication) {
    const std::uint64_t rank = std::uint64_t(communication.rank());
    const std::uint64_t own[] = {rank, ~rank, rank * rank};
    for (int times = 0; times < 50; ++times) {
      const auto all = communication.all_gather(own);
      REQUIRE(all.size() == 15);
      for (std::uint64_t r = 0; r < 5; ++r)
        REQUIRE((all[3 * r] == r && all[3 * r + 1] == ~r && all[3 * r + 2] == r * r));
    }
    CHECK(communication.all_gather({}).empty());
    CHECK(communication.agree(42));
    CHECK(!communication.agree(rank));
    const auto of = [](int r) { return std::string(std::size_t(r * 5), char('a' + r)); };
    const auto texts = all_gather_text(communication, of(communication.rank()));
    for (int r = 0; r < 5; ++r) CHECK(texts[std::size_t(r)] == of(r));
    CHECK(communication.node() == std::vector<int>{0, 1, 2, 3, 4});
    for (const std::size_t size : {0, 1, 1000, 3 << 20}) {
      const std::vector<std::byte> first(size, std::byte{1}), second(size, std::byte{2});
      for (int to = 1; rank == 0 && to < 5; ++to)
        communication.send(first, to), communication.send(second, to);
      if (rank == 0) continue;
      std::vector<std::byte> a(size), b(size);
      communication.receive(a, 0), communication.receive(b, 0);
      CHECK((a == first && b == second));
    }
    CHECK(error_of([&] { communication.send({}, int(rank)); }) ==
          sentence("tenon: rank ", rank, " has no other rank ", rank));
  });
  CHECK(error_of([] { run_virtual_ranks(0, [](Communication&) {}); }) ==
        "tenon: 0 virtual ranks; legal: 1 to 4096");
}
