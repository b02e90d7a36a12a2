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
    for (std::size_t i = 0; i < own.size();
         ++i) {  // each is completed by one block, the last of it
      std::vector<Index> by;
      for (Index b = 0; b < each; ++b)
        if (blocks.left[std::size_t(b)] == int(i)) by.push_back(b);
      REQUIRE(by.size() == 1);
      const std::size_t last = own[i].find_last_not_of(')');
      CHECK(own[i][last] == char('a' + part * each + by[0]));
    }
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
  CHECK(written(1) == "(((((ab)c)(d(ef)))(((gh)i)(j(kl))))((((mn)o)(p(qr)))(((st)u)(v(wx)))))");
  for (Index parts : {2, 3, 4, 6, 8, 12, 24}) CHECK(written(parts) == written(1));
}

TEST_CASE("2, 4 and 8 parts leave one sum each; others a few") {
  for (Index parts : {1, 2, 4, 8, 24})
    for (Index part = 0; part < parts; ++part) CHECK(sum_blocks(1, parts, part).sums() == 1);
  for (Index part : {0, 1, 2}) CHECK(sum_blocks(1, 3, part).sums() == (part == 1 ? 4u : 2u));
  for (Index part = 0; part < 6; ++part) CHECK(sum_blocks(1, 6, part).sums() == 2);
  for (Index part = 0; part < 12; ++part) CHECK(sum_blocks(1, 12, part).sums() <= 2);
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
