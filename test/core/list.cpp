// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <tenon/core/list.hpp>
#include <utility>

using tenon::List;

TEST_CASE("a list holds what was pushed, through every growth") {
  List<std::string> list;
  for (std::size_t i = 0; i < 100; ++i) {
    list.push_back(std::to_string(i));
    CHECK(list.size() == i + 1);
    for (std::size_t j = 0; j <= i; ++j) REQUIRE(list[j] == std::to_string(j));
  }
}

TEST_CASE("a list may be given one of its own items") {
  List<std::string> list{"first"};
  for (int i = 0; i < 20; ++i) list.push_back(list[0]);
  CHECK(list.back() == "first");
}

TEST_CASE("a copy is equal and independent") {
  List<int> a{1, 2, 3};
  List<int> b = a;
  CHECK(a == b);
  b[0] = 9;
  CHECK(a[0] == 1);
  CHECK(a != b);
  a = b;
  CHECK(a == b);
  a = *&a;
  CHECK(a == List<int>{9, 2, 3});
}

TEST_CASE("a move takes the items, and what it leaves can be assigned to") {
  List<int> a{1, 2, 3};
  List<int> b = std::move(a);
  CHECK(b == List<int>{1, 2, 3});
  a = List<int>{4};
  CHECK(a == List<int>{4});
}

TEST_CASE("resize keeps what is there and adds fresh items") {
  List<int> list{1, 2, 3};
  list.resize(5);
  CHECK(list == List<int>{1, 2, 3, 0, 0});
  list.resize(1);
  CHECK(list == List<int>{1});
  list.resize(3);
  CHECK(list == List<int>{1, 0, 0});
  list.clear();
  CHECK(list.empty());
  CHECK(List<int>(4) == List<int>{0, 0, 0, 0});
}

TEST_CASE("items need not be copied when they can be moved") {
  List<std::shared_ptr<int>> list;
  const auto item = std::make_shared<int>(1);
  for (int i = 0; i < 50; ++i) list.push_back(item);
  CHECK(item.use_count() == 51);
  list = {};
}
