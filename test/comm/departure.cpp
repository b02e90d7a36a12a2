// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/departure.hpp>

#include <atomic>
#include <vector>

#include "mpi.hpp"

using namespace tenon;

namespace {

/// How many of these ranks are told that all came; each comes after its delay.
int told_so(const std::vector<int>& milliseconds, int refusing = -1) {
  Departure departure;
  std::atomic<int> yes{0};
  std::vector<std::thread> ranks;
  for (std::size_t i = 0; i < milliseconds.size(); ++i)
    ranks.emplace_back([&, i] {
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds[i]));
      if (int(i) == refusing) departure.refuse();
      yes += departure.all_come(int(milliseconds.size()), std::chrono::milliseconds(200));
    });
  for (std::thread& rank : ranks) rank.join();
  return yes;
}

}  // namespace

TEST_CASE("all leave together, or each alone") {
  CHECK(told_so({0}) == 1);
  CHECK(told_so({0, 0, 10, 20}) == 4);
  CHECK(told_so({0, 0, 500}) == 0);  // also the late one
  CHECK(told_so({0, 0, 0}, 1) == 0);
  for (int i = 0; i < 8; ++i) {  // near the end of the patience: whichever, but the same for all
    const int yes = told_so({0, 199 + i % 3, 200});
    CHECK((yes == 0 || yes == 3));
  }
}
