// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/copied_files.hpp>

#include <doctest/doctest.h>

#include "cut_files.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("a file copied over another rank's is found") {
  CutFiles cut;
  const auto error = [&] { return cut.error([&] { check_no_copies(cut.open()); }); };
  CHECK(error() == "");
  for (Index rank : {2, 3}) cut.write(rank, {4, 3}, {6}, "", 0, 100);
  CHECK(error() ==
        "tenon: x0.ckpt and x2.ckpt hold the same slice of w and of all else that is "
        "cut, but s.ckpt gives them different ones: one is a copy of the other");
}

TEST_CASE("slices of equal elements say nothing") {
  CutFiles cut;
  const std::vector<float> zeros(12);
  for (Index rank = 0; rank < 4; ++rank)
    write_checkpoint(cut.path(rank), std::vector<TensorSource>{{"w", zeros, Dims{4, 3}}});
  CHECK(cut.error([&] { check_no_copies(cut.open()); }) == "");
}

TEST_CASE("one other tensor that differs is enough") {
  CutFiles cut;
  cut.strategy.layouts[1].layout.tensor_map = {{1}};  // b is cut, too
  for (Index rank = 0; rank < 4; ++rank) {
    const std::vector<float> b{1, 2, rank < 2 ? 3.f : 4.f};
    std::vector<float> w(12);
    std::iota(w.begin(), w.end(), 0.f);
    write_checkpoint(cut.path(rank),
                     std::vector<TensorSource>{{"w", w, Dims{4, 3}}, {"b", b, Dims{3}}});
  }
  CHECK(cut.error([&] { check_no_copies(cut.open()); }) == "");
}

TEST_CASE("what says nothing, or is to be the same, makes no copy") {
  CutFiles cut;
  cut.strategy.layouts[1].layout.tensor_map = {{0}};  // b is cut over the ranks that repeat w
  for (Index rank = 0; rank < 4; ++rank) {
    const std::vector<float> zeros(3);
    std::vector<float> w(12);
    std::iota(w.begin(), w.end(), rank < 2 ? 0.f : 100.f);
    write_checkpoint(cut.path(rank),
                     std::vector<TensorSource>{{"w", w, Dims{4, 3}}, {"b", zeros, Dims{3}}});
  }
  CHECK(cut.error([&] { check_no_copies(cut.open()); }) == "");
}

TEST_CASE("one copy among many ranks is found") {
  const Folder folder;
  const Index ranks = 64;
  const StrategyFile strategy{
      "s.ckpt", 1, {{"v", {{8, 8}, {{0}}, {}}}, {"w", {{8, 8}, {{1}}, {}}}}, {}};
  const auto write = [&](Index rank, Index as) {
    const std::vector<float> v{float(as % 8), 1}, w{float(as / 8), 2};
    write_checkpoint(folder / "x" + text(rank) + ".ckpt",
                     std::vector<TensorSource>{{"v", v, Dims{2}}, {"w", w, Dims{2}}});
  };
  const auto error = [&] {
    return error_of([&] {
      check_no_copies(
          ShardedTensors(files_of(folder / "x{}.ckpt", ranks), StrategyPlaces(strategy)));
    });
  };
  for (Index rank = 0; rank < ranks; ++rank) write(rank, rank);
  CHECK(error() == "");
  write(50, 21);
  CHECK(error() == "tenon: " + (folder / "x21.ckpt and ") + (folder / "x50.ckpt hold the same ") +
                       "slice of v and of all else that is cut, but s.ckpt gives them different "
                       "ones: one is a copy of the other");
}
