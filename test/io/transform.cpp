// SPDX-License-Identifier: Apache-2.0
// Whole -> slices -> other slices -> whole, of random strategies, byte for byte against an
// element-wise reference.
#include <tenon/io/transform.hpp>

#include <doctest/doctest.h>

#include <tenon/io/source_ranks.hpp>

#include "cut_files.hpp"
#include "random_strategy.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// Equal tensors in any order.
bool hold_the_same(const std::string& a, const std::string& b) {
  const TensorFile x = open_tensors(a), y = open_tensors(b);
  if (x.size() != y.size()) return false;
  for (const StoredTensor& tensor : x) {
    const StoredTensor* other = y.find(tensor.name);
    if (!other || !(other->shape == tensor.shape) || other->element != tensor.element) return false;
    const ShardedTensor both{tensor.name, tensor.element,   false, whole(tensor.shape),
                             0,           {&tensor, other}, {}};
    if (SliceReader().first_difference(both, 0, 1)) return false;
  }
  return true;
}

StrategyPlaces places(const CutNetwork& network, const Folder& folder) {
  return StrategyPlaces(stored_and_read(folder, network.strategy));
}

void write_whole(const std::string& path, const std::vector<WholeTensor>& tensors) {
  std::vector<TensorSource> sources;
  for (const WholeTensor& tensor : tensors)
    sources.emplace_back(tensor.name, tensor.values, tensor.shape);
  write_checkpoint(path, sources);
}

}  // namespace

TEST_CASE("whole -> any strategy -> any other -> whole is as MindSpore defines it") {
  Random random(1);
  constexpr Index stage_sizes[] = {1, 2, 4, 6, 8, 3};
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const Folder folder;
    const auto tensors = random_tensors(random, 5);
    const auto cut = [&] {
      return random_network(random, tensors, stage_sizes[random() % 6],
                            random() % 2 ? 1 : pick(random, 2, 3));
    };
    const CutNetwork a = cut(), b = cut();
    write_whole(folder / "whole.ckpt", tensors);
    const StrategyPlaces in_a = places(a, folder), in_b = places(b, folder);
    REQUIRE(in_a.ranks() == a.ranks_of_stage * a.stages);
    const auto of_a = files_of(folder / "a{}/x.ckpt", in_a.ranks());
    const auto of_b = files_of(folder / "b{}/y{}.ckpt", in_b.ranks());
    {
      const ShardedTensors whole({folder / "whole.ckpt"}, StrategyPlaces());
      CHECK(transform(whole, in_a, of_a).left_out.empty());
      for (Index rank = 0; rank < in_a.ranks(); ++rank) {
        a.write(folder / "expected.ckpt", rank, tensors);
        REQUIRE((bytes_of(of_a[std::size_t(rank)]) == bytes_of(folder / "expected.ckpt")));
      }
    }
    {
      const ShardedTensors sharded(of_a, places(a, folder));
      transform(sharded, in_b, of_b);
      for (Index rank = 0; rank < in_b.ranks(); ++rank) {
        b.write(folder / "expected.ckpt", rank, tensors);
        REQUIRE(hold_the_same(of_b[std::size_t(rank)], folder / "expected.ckpt"));
      }
    }
    const ShardedTensors sharded(of_b, places(b, folder));
    transform(sharded, StrategyPlaces(), {folder / "back.ckpt"});
    REQUIRE(hold_the_same(folder / "back.ckpt", folder / "whole.ckpt"));
    if (a.stages == 1 && b.stages == 1)  // a stage's parameters stand together
      REQUIRE((bytes_of(folder / "back.ckpt") == bytes_of(folder / "whole.ckpt")));
  }
}

TEST_CASE("the files of source_ranks() are all that a rank needs") {
  Random random(2);
  constexpr Index stage_sizes[] = {2, 4, 8, 1, 6, 3};
  std::size_t spared = 0;
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const Folder folder;
    const auto tensors = random_tensors(random, 4);
    const CutNetwork a = random_network(random, tensors, stage_sizes[random() % 6],
                                        pick(random, 1, 2), true),
                     b = random_network(random, tensors, stage_sizes[random() % 6],
                                        pick(random, 1, 2), true);
    const StrategyPlaces in_a = places(a, folder), in_b = places(b, folder);
    const bool to_whole = round % 5 == 0;
    const StrategyPlaces alone;
    const StrategyPlaces& to = to_whole ? alone : in_b;
    const Index rank = pick(random, 0, to.ranks() - 1);
    const auto needed = source_ranks(in_a, to, rank);
    CHECK(std::is_sorted(needed.rbegin(), needed.rend()));
    for (Index source : needed) {
      std::filesystem::create_directory(folder / ("a" + text(source)));
      a.write(folder / ("a" + text(source) + "/x.ckpt"), source, tensors);
    }
    spared += std::size_t(in_a.ranks()) - needed.size();
    const ShardedTensors some(files_of(folder / "a{}/x.ckpt", in_a.ranks()), places(a, folder),
                              {.some_files = true});
    TransformOptions options;
    options.rank = rank;
    const auto written = transform(some, to, files_of(folder / "b{}.ckpt", to.ranks()), options);
    REQUIRE(written.files.size() == 1);
    if (to_whole) write_whole(folder / "expected.ckpt", tensors);
    else b.write(folder / "expected.ckpt", rank, tensors);
    REQUIRE(hold_the_same(written.files[0].path, folder / "expected.ckpt"));
  }
  CHECK(spared > 20);
}

namespace {

/// As zlib and Python's zlib.crc32 count it.
unsigned long crc_of(const std::string& path) {
  const std::string all = bytes_of(path);
  return ::crc32_z(0, reinterpret_cast<const unsigned char*>(all.data()), all.size());
}
StrategyPlaces of_mindspore(const std::string& name) {
  return StrategyPlaces(read_strategy(sample("strategy/" + name)));
}

// Of files that MindSpore 2.10 wrote of the same network.
constexpr unsigned long mlp = 0x0e5e761d, mlp_safetensors = 0x280772ba,
                        seed8_ranks_0145 = 0xe2ee2615, seed8_ranks_2367 = 0xb843ca99,
                        tp2_rank_0 = 0xc8e10286, tp2_rank_1 = 0x7f76f958;

}  // namespace

TEST_CASE("MindSpore's files become the files that MindSpore writes") {
  const std::string data = std::string(TENON_EXAMPLE_DATA).append("/seed8/rank_{}/mlp{}.ckpt");
  const Folder folder;
  const ShardedTensors seed8(files_of(data, 8), of_mindspore("seed8/strategy_rank0.ckpt"));
  transform(seed8, StrategyPlaces(), {folder / "mlp.ckpt"});
  CHECK(crc_of(folder / "mlp.ckpt") == mlp);
  transform(seed8, StrategyPlaces(), {folder / "mlp.safetensors"});
  CHECK(crc_of(folder / "mlp.safetensors") == mlp_safetensors);
  transform(seed8, of_mindspore("tp2/strategy_rank0.ckpt"), files_of(folder / "tp2-{}.ckpt", 2));
  CHECK(crc_of(folder / "tp2-0.ckpt") == tp2_rank_0);
  CHECK(crc_of(folder / "tp2-1.ckpt") == tp2_rank_1);
  // tp2 -> tuple axes -> seed8
  const ShardedTensors tp2(files_of(folder / "tp2-{}.ckpt", 2),
                           of_mindspore("tp2/strategy_rank0.ckpt"));
  transform(tp2, of_mindspore("layout8/strategy_rank0.ckpt"), files_of(folder / "l8-{}.ckpt", 8));
  transform(tp2, of_mindspore("layout8/strategy_rank0.json"), files_of(folder / "j8-{}.ckpt", 8));
  for (Index rank = 0; rank < 8; ++rank)
    CHECK(crc_of(folder / "l8-" + text(rank) + ".ckpt") ==
          crc_of(folder / "j8-" + text(rank) + ".ckpt"));
  for (const std::string form : {"ckpt", "json"}) {
    const ShardedTensors layout8(files_of(folder / "l8-{}.ckpt", 8),
                                 of_mindspore("layout8/strategy_rank0." + form));
    transform(layout8, of_mindspore("seed8/strategy_rank0.json"),
              files_of(folder / "s8-{}.ckpt", 8));
    for (Index rank = 0; rank < 8; ++rank)
      CHECK(crc_of(folder / "s8-" + text(rank) + ".ckpt") ==
            (rank / 2 % 2 ? seed8_ranks_2367 : seed8_ranks_0145));
  }
}

TEST_CASE("two stages of MindSpore's, and back") {
  const std::string data = std::string(TENON_EXAMPLE_DATA).append("/seed8/rank_{}/mlp{}.ckpt");
  const Folder folder;
  const StrategyFile pipe8 =
      merge_strategies({read_strategy(sample("strategy/pipe8/strategy_rank0.ckpt")),
                        read_strategy(sample("strategy/pipe8/strategy_rank4.ckpt"))});
  const ShardedTensors seed8(files_of(data, 8), of_mindspore("seed8/strategy_rank0.ckpt"));
  const auto files = files_of(folder / "p{}.ckpt", 8);
  transform(seed8, StrategyPlaces(pipe8), files);
  CHECK(open_tensors(files[0]).size() == 4);  // layers 1 and 2
  CHECK(open_tensors(files[7]).size() == 2);
  const ShardedTensors stages(files, StrategyPlaces(pipe8));
  transform(stages, StrategyPlaces(), {folder / "mlp.ckpt"});
  CHECK(crc_of(folder / "mlp.ckpt") == mlp);
}

TEST_CASE("what would damage is refused before anything is written") {
  CutFiles cut;
  const ShardedTensors from = cut.open();
  const auto error = [&](const StrategyPlaces& to, const std::vector<std::string>& paths,
                         const TransformOptions& options = {}) {
    return cut.error([&] { transform(from, to, paths, options); });
  };
  const StrategyPlaces alone,
      two(StrategyFile{"t", 1, {{"w", {{2}, {{0}, {-1}}, {}}, 0, 0, 0, false}}, {}});
  CHECK(error(alone, {cut.path(1)}) ==
        "tenon: cannot write x1.ckpt: it is the input x1.ckpt: give "
        "other names, or another folder");
  CHECK(error(two, {cut.folder / "y.ckpt"}) ==
        "tenon: t is for 2 files, one for each rank, 1 are to be written");
  CHECK(error(two, files_of(cut.folder / "y{}.bin", 2)) ==
        "tenon: cannot write y0.bin: its name says no format; legal: .ckpt and .safetensors");
  TransformOptions of_rank;
  of_rank.rank = 2;
  CHECK(error(two, files_of(cut.folder / "y{}.ckpt", 2), of_rank) ==
        "tenon: there is no rank 2: t is for 2 ranks");
  const StrategyPlaces eight(StrategyFile{"t", 1, {{"b", {{8}, {{0}}, {}}, 0, 0, 0, false}}, {}});
  CHECK(has(error(eight, files_of(cut.folder / "y{}.ckpt", 8)),
            "b would have no elements, of the shape [0], which a .ckpt cannot hold"));
  const StrategyPlaces stages(StrategyFile{"t",
                                           1,
                                           {{"0-w", {{1}, {{-1}, {-1}}, {}}, 0, 0, 0, false},
                                            {"0-b", {{1}, {{-1}}, {}}, 0, 0, 0, false},
                                            {"1-v", {{1}, {{-1}}, {}}, 0, 0, 0, false}},
                                           {}});
  CHECK(error(stages, files_of(cut.folder / "y{}.ckpt", 2)) ==
        "tenon: cannot write y1.ckpt: none of the tensors belongs to rank 1");
  CHECK(!std::filesystem::exists(cut.folder / "y0.ckpt"));
  transform(from, eight, files_of(cut.folder / "y{}.safetensors", 8));
  const ShardedTensors back(
      files_of(cut.folder / "y{}.safetensors", 8),
      StrategyPlaces(StrategyFile{"t", 1, {{"b", {{8}, {{0}}, {}}, 0, 0, 0, false}}, {}}));
  CHECK(back.at("b").shape() == Dims{6});
}

TEST_CASE("copied and differing files are found, unless one trusts them") {
  CutFiles cut;
  const StrategyPlaces alone;
  for (Index rank : {2, 3}) cut.write(rank, {4, 3}, {6}, "", 0, 100);
  const ShardedTensors from = cut.open();
  CHECK(has(cut.error([&] { transform(from, alone, {cut.folder / "y.ckpt"}); }),
            "one is a copy of the other"));
  TransformOptions options;
  options.compare_replicas = false;
  Index done = 0, total = 0;
  options.progress = [&](Index more, Index all) {
    CHECK(more > done);
    done = more, total = all;
  };
  transform(from, alone, {cut.folder / "y.ckpt"}, options);
  CHECK(done == (24 + 6) * 4);
  CHECK(total == done);
}
