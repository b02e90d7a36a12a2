// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/core/vector.hpp>

using tenon::Vector;
using Four = Vector<int, 4>;

TEST_CASE("a vector holds what was pushed, in order, up to its capacity") {
  Four v;
  CHECK(v.empty());
  for (int i = 0; i < 4; ++i) {
    v.push_back(10 * i);
    CHECK(v.size() == i + 1);
    CHECK(v.back() == 10 * i);
  }
  CHECK(v == Four{0, 10, 20, 30});
  CHECK_THROWS_AS(v.push_back(40), tenon::Error);
  CHECK(v.size() == 4);
}

TEST_CASE("erase undoes insert at every place") {
  for (int at = 0; at <= 3; ++at) {
    Four v{1, 2, 3};
    v.insert(at, 7);
    CHECK(v[at] == 7);
    CHECK(v.size() == 4);
    v.erase(at);
    CHECK(v == Four{1, 2, 3});
  }
}

TEST_CASE("vectors are equal when their items are") {
  CHECK(Four::filled(3, 5) == Four{5, 5, 5});
  CHECK(Four{1, 2} != Four{1, 2, 0});
  CHECK(Four{1, 2} != Four{2, 1});
  Four shorter{1, 2, 3};
  shorter.erase(2);
  CHECK(shorter == Four{1, 2});
}

TEST_CASE("append puts the items of one vector after those of another") {
  Four v{1};
  v.append({2, 3});
  CHECK(v == Four{1, 2, 3});
  CHECK_THROWS_AS(v.append({4, 5}), tenon::Error);
}

TEST_CASE("contains finds what is there and nothing else") {
  CHECK(contains(Four{1, 2, 3}, 2));
  CHECK_FALSE(contains(Four{1, 2, 3}, 0));
  CHECK_FALSE(contains(Four{}, 0));
}
