// SPDX-License-Identifier: Apache-2.0
#include <tenon/core/sum_tree.hpp>

#include <doctest/doctest.h>

using namespace tenon;

namespace {

/// Joins the last two of a stack of written sums.
void join(std::vector<std::string>& stack, int times) {
  for (; times > 0; --times) {
    REQUIRE(stack.size() > 1);
    const std::string last = stack.back();
    stack.pop_back();
    stack.back() = "(" + stack.back() + last + ")";
  }
}

/// The whole sum of so many parts, written out: each part by itself, then all of them.
std::string written(Index parts) {
  std::vector<std::string> all;
  for (Index part = 0; part < parts; ++part) {
    const SumBlocks blocks = sum_blocks(1000, parts, part);
    std::vector<std::string> own;
    const Index each = sum_tree_blocks / parts;
    REQUIRE(Index(blocks.ends.size()) == each);
    for (Index b = 0; b < each; ++b) {
      own.push_back(std::string(1, char('a' + part * each + b)));
      join(own, blocks.joins[std::size_t(b)]);
    }
    REQUIRE(own.size() == blocks.sums());
    for (std::size_t i = 0; i < own.size(); ++i) {
      all.push_back(own[i]);
      join(all, blocks.later[i]);
    }
  }
  REQUIRE(all.size() == 1);
  return all[0];
}

}  // namespace

TEST_CASE("the sum is written the same for every number of parts") {
  CHECK(written(1) ==
        "(((("
        "(ab)c)((de)f))(((gh)i)((jk)l)))((((mn)o)((pq)r))(((st)u)((vw)x))))");
  for (Index parts : {2, 3, 4, 6, 8, 12, 24}) CHECK(written(parts) == written(1));
}

TEST_CASE("2, 4 and 8 parts leave one sum each; others a few") {
  for (Index parts : {1, 2, 4, 8, 24})
    for (Index part = 0; part < parts; ++part) CHECK(sum_blocks(1, parts, part).sums() == 1);
  for (Index parts : {3, 6, 12})
    for (Index part = 0; part < parts; ++part) CHECK(sum_blocks(1, parts, part).sums() <= 4);
}

TEST_CASE("the blocks of all parts are the blocks of one") {
  for (Index size : {0, 1, 5, 23, 24, 25, 512, 784, 4099})
    for (Index parts : {1, 2, 3, 4, 6, 8, 12, 24}) {
      std::vector<Index> ends;
      for (Index part = 0; part < parts; ++part)
        for (Index end : sum_blocks(size, parts, part).ends)
          ends.push_back(balanced_block(size, parts, part).first + end);
      CHECK(ends == sum_blocks(size, 1, 0).ends);
    }
}

TEST_CASE("other numbers of parts are refused") {
  CHECK_THROWS_WITH_AS(sum_blocks(512, 5, 0), doctest::Contains("into 5 parts; legal: 1, 2, 3, 4"),
                       Error);
}
