// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/rank_files.hpp>

#include <doctest/doctest.h>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

using Paths = std::vector<std::string>;

TEST_CASE("a pattern, or a list in the order of its ranks") {
  const Folder folder;
  CHECK(error_of([&] { rank_files({folder / "r{}.ckpt"}, 1 << 20); }) ==
        "tenon: cannot read " + (folder / "r0.ckpt: it does not exist"));
  for (const std::string name : {"r0.ckpt", "r1.ckpt"}) folder.write(name, "");
  CHECK(rank_files({folder / "r{}.ckpt"}, 2) == Paths{folder / "r0.ckpt", folder / "r1.ckpt"});
  CHECK(error_of([&] { rank_files({folder / "r{}.ckpt"}, 1); }) ==
        "tenon: " + (folder / "r1.ckpt is of no rank: there are 1"));
  CHECK(rank_files({folder / "r{}.ckpt"}, 3, true).back() == folder / "r2.ckpt");
  CHECK(rank_files({"out_rank_1/x"}, 2, true) == Paths{"", "out_rank_1/x"});
  CHECK(rank_files({"b", "a"}, 2) == Paths{"b", "a"});
  Paths shell, sorted;  // as rank_*/x.ckpt gives them: rank_10 before rank_2
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

TEST_CASE("the rank in a path is the last number behind rank_") {
  CHECK(rank_in("rank_10/my_rank_x.ckpt") == 10);
  CHECK(rank_in("rank_10/rank_2.ckpt") == 2);
  CHECK(rank_in("rank_/x1") == -1);
  CHECK(rank_files({"rank_1/my_rank_x", "rank_0/my_rank_x"}, 2).front() == "rank_0/my_rank_x");
}

TEST_CASE("a list comes in the order of the number that its names differ in") {
  const auto ordered = [](const Paths& given) { return rank_files(given, Index(given.size())); };
  CHECK(ordered({"x0", "x1", "x10", "x2"}) == Paths{"x0", "x1", "x2", "x10"});
  CHECK(ordered({"7/x1.ckpt", "7/x0.ckpt"}) == Paths{"7/x0.ckpt", "7/x1.ckpt"});
  CHECK(ordered({"d10/x10", "d9/x9"}) == Paths{"d9/x9", "d10/x10"});
  CHECK(ordered({"x010", "x09", "x100000000000000000000"}) ==
        Paths{"x09", "x010", "x100000000000000000000"});
  CHECK(ordered({"b", "a", "b"}) == Paths{"b", "a", "b"});
  CHECK(ordered({"b2", "a1"}) == Paths{"b2", "a1"});  // other words: as given
  CHECK(ordered({"node0/x3", "node0/x4", "node1/x0"}) == Paths{"node0/x3", "node0/x4", "node1/x0"});
  CHECK(error_of([&] {
          ordered({"step9-x0", "step8-x10", "step7-x2"});
        }) ==
        "tenon: which file is of which rank? step9-x0 is given as that of rank 0, step8-x10 of "
        "rank 1; legal: numbers that ascend, or a name with {} for the rank's");
  CHECK(has(error_of([&] { ordered({"x0", "x1", "x1"}); }), "x1 is given as that of rank 1"));
}

TEST_CASE("a folder of MindSpore's: the last checkpoint of each rank") {
  const Folder folder;
  for (const std::string rank : {"rank_0", "rank_1"}) {
    std::filesystem::create_directory(folder / rank);
    for (const std::string name : {"/x-1_9.ckpt", "/x-2_9.ckpt", "/strategy.txt"})
      folder.write(rank + name, "");
  }
  CHECK(rank_files({folder / ""}, 2) ==
        Paths{folder / "rank_0/x-2_9.ckpt", folder / "rank_1/x-2_9.ckpt"});
  CHECK(rank_files({folder / ""}, 3, true)[2] == folder / "rank_2");  // which is not there
  CHECK(error_of([&] { rank_files({folder / ""}, 3); }) ==
        "tenon: cannot read " + (folder / "rank_2: it does not exist"));
  std::filesystem::create_directory(folder / "rank_2");
  CHECK(has(error_of([&] { rank_files({folder / ""}, 3); }), "rank_2: it has no .ckpt"));
}
