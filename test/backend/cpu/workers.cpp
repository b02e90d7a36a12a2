// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <numeric>

#include <tenon/backend/cpu/workers.hpp>

using namespace tenon;

TEST_CASE("workers: each part is run once, and all before run returns") {
  for (const int threads : {1, 2, 3, 7}) {
    Workers workers(threads);
    std::vector<int> times(std::size_t(threads), 0);  // not atomic: a part is one thread's
    for (int i = 0; i < 3000; ++i) {
      workers.run([&](int part) { ++times[std::size_t(part)]; });
      for (const int n : times) REQUIRE(n == i + 1);
    }
  }
}

TEST_CASE("workers: those that sleep are woken") {
  Workers workers(2);
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // longer than they look for work
    std::atomic<int> begun = 0;
    std::atomic<bool> met = false;
    workers.run([&](int) {  // nobody goes on before both have begun: the other must be awake
      ++begun;
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (begun < 2 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
      if (begun == 2) met = true;
    });
    CHECK(met);
  }
}

TEST_CASE("workers: each part has memory of its own, which only grows") {
  Workers workers(3);
  workers.reserve(1000);
  std::byte* const before = workers.scratch(1);
  workers.reserve(10);
  CHECK(workers.scratch(1) == before);
  workers.run([&](int i) { std::fill_n(workers.scratch(i), 1000, std::byte(i)); });
  for (int i = 0; i < 3; ++i) CHECK(workers.scratch(i)[999] == std::byte(i));
}

TEST_CASE("workers are at least one thread") {
  CHECK_THROWS_WITH_AS(Workers(0), doctest::Contains("at least one thread"), Error);
}
