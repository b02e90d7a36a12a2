// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/rank_files.hpp>

#include <doctest/doctest.h>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

using Names = std::vector<std::string>;

TEST_CASE("a pattern, or a list in the order of its ranks") {
  CHECK(rank_files({"r{}.ckpt"}, 2) == Names{"r0.ckpt", "r1.ckpt"});
  CHECK(rank_files({"b", "a"}, 2) == Names{"b", "a"});
  Names shell, sorted;  // as rank_*/x.ckpt gives them: rank_10 before rank_2
  for (int i = 0; i < 12; ++i) sorted.push_back("rank_" + std::to_string(i) + "/x.ckpt");
  shell = sorted;
  std::sort(shell.begin(), shell.end());
  CHECK(shell != sorted);
  CHECK(rank_files(shell, 12) == sorted);
  CHECK(error_of([] {
          rank_files({"rank_0/x", "rank_2/x"}, 2);
        }) == "tenon: rank_2/x is of no rank: there are 2");
  CHECK(error_of([] {
          rank_files({"rank_0/x", "rank_0/y"}, 2);
        }) == "tenon: rank_0/y is a second file of its rank");
}

TEST_CASE("a folder of MindSpore's: the last checkpoint of each rank") {
  const Folder folder;
  for (const std::string rank : {"rank_0", "rank_1"}) {
    std::filesystem::create_directory(folder / rank);
    for (const std::string name : {"/x-1_9.ckpt", "/x-2_9.ckpt", "/strategy.txt"})
      folder.write(rank + name, "");
  }
  CHECK(rank_files({folder / ""}, 2) ==
        Names{folder / "rank_0/x-2_9.ckpt", folder / "rank_1/x-2_9.ckpt"});
  CHECK(rank_files({folder / ""}, 3)[2] == folder / "rank_2");  // which is not there
  std::filesystem::create_directory(folder / "rank_2");
  CHECK(has(error_of([&] { rank_files({folder / ""}, 3); }), "rank_2: it has no .ckpt"));
}
