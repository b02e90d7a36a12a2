// SPDX-License-Identifier: Apache-2.0
// What ranks cannot take on trust: files that differ from rank to rank, stages, very many findings.
#include <unistd.h>

#include <cstring>

#include <tenon/comm/mpi.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/write_tensors.hpp>
#include <tenon/model/load.hpp>
#include <tenon/model/save.hpp>

#include "checkpoints.hpp"
#include "mpi.hpp"
#include "sliced_files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

struct LoadingOfOwn {
  MpiCommunication communication;
  Checkpoints files;
  std::vector<CutParameter> network;
  Parameters parameters;

  LoadingOfOwn(const boost::mpi::communicator& world, std::vector<CutParameter> of)
      : communication(world),
        files(world),
        network(std::move(of)),
        parameters(view(plan_of_parameters(network, world.size()))) {}

  /// Rank 0 writes one file.
  std::string write(const std::string& name, const std::vector<TensorSource>& tensors) {
    const std::string path = files / name;
    communication.together([&] {
      if (communication.rank() != 0) return;
      std::filesystem::remove(path);
      write_tensors(path, tensors);
    });
    return path;
  }
  void write_strategy_of(const StrategyFile& strategy) {
    communication.together([&] {
      if (communication.rank() == 0) write_strategy(files / "s.ckpt", strategy);
    });
  }
  /// The error's text; "differs" where the ranks do not agree on it.
  std::string error(const std::string& names, const std::string& strategy = {},
                    const LoadOptions& options = {}) {
    std::string text;
    try {
      load_parameters(parameters, communication, names, strategy, options);
    } catch (const Error& error) {
      text = error.what();
    }
    std::vector<std::string> all;
    boost::mpi::all_gather(communication.communicator(), text, all);
    for (const std::string& other : all)
      if (other != text) return "differs: " + text + " and " + other;
    return text;
  }
  bool is_right() const {
    for (std::size_t i = 0; i < network.size(); ++i) {
      const std::string expected =
          bytes_of_elements(slice_of(network[i].layout, communication_rank()).elements,
                            bytes(network[i].element), Index(i));
      if (std::memcmp(parameters.slices()[i].data, expected.data(), expected.size()) != 0)
        return false;
    }
    return true;
  }
  Index communication_rank() const { return communication.rank(); }
};

std::vector<CutParameter> one(const LayoutRecord& layout) {
  return {{"a.weight", Element::float32, layout}};
}
const LayoutRecord whole_matrix{{1}, {{-1}, {-1}}, {64, 64}};

template <class T>
TensorSource filled(const std::string& name, const Dims& shape, T value) {
  static std::vector<std::vector<T>> kept;
  kept.emplace_back(std::size_t(product(shape)), value);
  return {name, std::span<const T>(kept.back()), shape};
}

}  // namespace

MPI_TEST_CASE("ranks that see different files under one name find out", 4) {
  for (const LoadWay way : {LoadWay::read, LoadWay::mapped}) {
    LoadingOfOwn loading(world, one({{4}, {{0}, {-1}}, {64, 64}}));
    const std::string own = loading.files / ("disk" + std::to_string(world.rank()));
    const auto error_with = [&](const TensorSource& elsewhere) {
      loading.communication.together([&] {
        std::filesystem::create_directories(own);
        std::filesystem::remove(own + "/x.safetensors");
        write_tensors(own + "/x.safetensors",
                      std::vector<TensorSource>{
                          world.rank() == 3 ? elsewhere : filled("a.weight", {64, 64}, 1.5f)});
      });
      return loading.error(own + "/x.safetensors", "", {.way = way});
    };
    CHECK(error_with(filled("a.weight", {64, 64}, 2.5f)) == "");  // a copy on each disk
    for (const TensorSource& other :
         {filled("a.weight", {64, 16}, 1.5f), filled("b.weight", {64, 64}, 1.5f)}) {
      const std::string error = error_with(other);
      CAPTURE(error);
      CHECK(has(error, {"disk3/x.safetensors: a.weight", "see different files", "rank 3"}));
    }
    const std::string error = error_with(filled("a.weight", {64, 64}, std::int8_t(3)));
    CAPTURE(error);
    CHECK(has(error, {"disk3/x.safetensors: a.weight is of int8", "rank 3"}));
  }
}

MPI_TEST_CASE("ranks that are to load differently find out", 2) {
  LoadingOfOwn loading(world, one(whole_matrix));
  const std::string path = loading.write("x.ckpt", {filled("a.weight", {64, 64}, 1.5f)});
  CHECK(has(loading.error(path, "", {.lenient = world.rank() == 1}),
            {"different strategies, networks or options"}));
}

MPI_TEST_CASE("no mistake is lost among very many findings", tenon_test::all_ranks) {
  LoadingOfOwn loading(world, one(whole_matrix));
  std::vector<TensorSource> tensors;
  const std::string long_name(200, 'n');
  for (int i = 0; i < 3000; ++i)
    tensors.push_back(filled(long_name + std::to_string(i), {}, float(i)));
  tensors.push_back(filled("a.weight", {64, 64}, 1.5f));
  CHECK(loading.error(loading.write("x.ckpt", tensors)) == "");
  tensors.push_back(filled("lost.weight", {8, 8}, 1.5f));
  CHECK(has(loading.error(loading.write("x.ckpt", tensors)), {"not in the network: lost.weight"}));
  // a replica of another shape behind them
  StrategyFile strategy = strategy_of(one({{2}, {{-1}, {-1}}, {64, 64}}));
  loading.write_strategy_of(strategy);
  tensors.pop_back();
  loading.write("r0.ckpt", tensors);
  tensors.back() = filled("a.weight", {64, 32}, 1.5f);
  loading.write("r1.ckpt", tensors);
  CHECK(has(loading.error(loading.files / "r{}.ckpt", loading.files / "s.ckpt"),
            {"r1.ckpt: a.weight has the shape [64, 32]"}));
}

MPI_TEST_CASE("a parameter of two stages: either is enough, and they must be the same",
              tenon_test::all_ranks) {
  LoadingOfOwn loading(world, one(whole_matrix));
  const LayoutRecord rows{{2}, {{0}, {-1}}, {64, 64}}, columns{{2}, {{-1}, {0}}, {64, 64}};
  StrategyFile strategy = strategy_of(one(rows));
  strategy.layouts[0].name = "0-a.weight";
  strategy.layouts.push_back({"1-a.weight", columns});
  loading.write_strategy_of(strategy);
  const std::string pattern = loading.files / "r{}.ckpt", by = loading.files / "s.ckpt";
  const auto write = [&](Index file, bool with, bool spoilt) {
    std::vector<TensorSource> tensors = tensors_of(one(file < 2 ? rows : columns), file % 2);
    if (spoilt) tensors[0] = filled("a.weight", tensors[0].shape, 9.f);
    if (!with) tensors = {filled("epoch_num", {}, 1.f)};
    loading.write("r" + std::to_string(file) + ".ckpt", tensors);
  };
  for (Index file = 0; file < 4; ++file) write(file, true, false);
  CHECK(loading.error(pattern, by) == "");
  CHECK(loading.is_right());
  write(3, true, true);
  std::string error = loading.error(pattern, by);
  CAPTURE(error);
  CHECK(has(error, {"r0.ckpt and ", "r2.ckpt", "two stages", "a.weight", "they differ in"}));
  for (Index file = 0; file < 4; ++file) write(file, file >= 2, false);  // on the second alone
  loading.parameters = Parameters(view(plan_of_parameters(loading.network, world.size())));
  CHECK(loading.error(pattern, by) == "");
  CHECK(loading.is_right());
  strategy.layouts.pop_back();  // the second has no part in it
  strategy.layouts.push_back({"1-b.weight", columns});
  loading.write_strategy_of(strategy);
  error = loading.error(pattern, by);
  CAPTURE(error);
  CHECK(has(error, {"has a.weight, which", "puts on other ranks"}));
}

MPI_TEST_CASE("what the strategy does not name is whole in every file", tenon_test::all_ranks) {
  std::vector<CutParameter> network{{"a.weight", Element::float32, whole_matrix},
                                    {"b.weight", Element::float32, {{1}, {{-1}}, {7}}}};
  LoadingOfOwn loading(world, network);
  std::vector<CutParameter> cut = network;
  cut[0].layout = {{2}, {{0}, {-1}}, {64, 64}};
  StrategyFile strategy = strategy_of(cut);
  strategy.layouts.pop_back();
  loading.write_strategy_of(strategy);
  for (Index file = 0; file < 2; ++file)
    loading.write("r" + std::to_string(file) + ".ckpt", tensors_of(cut, file));
  const std::string pattern = loading.files / "r{}.ckpt", by = loading.files / "s.ckpt";
  CHECK(loading.error(pattern, by) == "");
  CHECK(loading.is_right());
  std::vector<TensorSource> other = tensors_of(cut, 1);
  other[1] = filled("b.weight", {7}, 5.f);
  loading.write("r1.ckpt", other);
  CHECK(has(loading.error(pattern, by), {"should hold the same slice of b.weight"}));
  other.pop_back();
  loading.write("r1.ckpt", other);
  CHECK(loading.error(pattern, by) == "");  // one is enough
  loading.write("r0.ckpt", {tensors_of(cut, 0)[0]});
  CHECK(
      has(loading.error(pattern, by), {"missing: b.weight is in no file", "has no layout of it"}));
}

MPI_TEST_CASE("a rank whose blocks are all empty has no file", tenon_test::all_ranks) {
  const std::vector<CutParameter> cut{
      {"a.weight", Element::float32, {{world.size()}, {{0}, {-1}}, {2, 6}}}};
  LoadingOfOwn loading(world, cut);
  const std::string content =
      bytes_of_elements(slice_of(cut[0].layout, world.rank()).elements, 4, 0);
  if (!content.empty())
    std::memcpy(loading.parameters.slices()[0].to_fill(), content.data(), content.size());
  const std::string pattern = loading.files / "r{}.ckpt", by = loading.files / "s.ckpt";
  save_checkpoint(loading.parameters, loading.communication, pattern,
                  {.integrated_save = false, .strategy = by});
  Index there = 0;
  for (Index rank = 0; rank < world.size(); ++rank)
    there += std::filesystem::exists(numbered(pattern, rank));
  CHECK(there == std::min(world.size(), 2));
  loading.parameters = Parameters(view(plan_of_parameters(cut, world.size())));
  CHECK(loading.error(pattern, by) == "");
  CHECK(loading.is_right());
}

MPI_TEST_CASE("slices are saved by all ranks, or by none", 2) {
  const std::vector<CutParameter> cut = one({{2}, {{0}, {-1}}, {64, 64}});
  LoadingOfOwn loading(world, cut);
  const std::string pattern = loading.files / "rank_{}/x.ckpt";
  const SaveOptions slices{.integrated_save = false, .strategy = loading.files / "s.ckpt"};
  save_checkpoint(loading.parameters, loading.communication, pattern, slices);
  const std::string before = bytes_of(loading.files / "rank_0/x.ckpt");
  loading.parameters.slices()[0].to_fill()[0] = std::byte{1};
  if (world.rank() == 1)  // it cannot write there: its own new file's name is a folder's
    std::filesystem::create_directories(loading.files / "rank_1/x.new.ckpt");
  world.barrier();
  std::string error;
  try {
    save_checkpoint(loading.parameters, loading.communication, pattern, slices);
  } catch (const Error& thrown) {
    error = thrown.what();
  }
  world.barrier();
  CAPTURE(error);
  CHECK(has(error, {"cannot write", "rank_1/x.new.ckpt"}));
  CHECK(bytes_of(loading.files / "rank_0/x.ckpt") == before);
  CHECK(!std::filesystem::exists(loading.files / "rank_0/x.new.ckpt"));
}

MPI_TEST_CASE("the first rank of a node reads each byte once, the others nothing",
              tenon_test::all_ranks) {
  const Dims shape{1000, 1000};
  LoadingOfOwn loading(world, {{"w", Element::float32, {{1}, {{-1}, {-1}}, shape}}});
  const std::string path = loading.write("x.ckpt", tensors_of(loading.network, 0));
  const auto bytes_read = [] {  // by requests of this process
    std::ifstream io("/proc/self/io");
    for (std::string word; io >> word;)
      if (Index count = 0; word == "rchar:" && io >> count) return count;
    return Index(0);
  };
  const Index before = bytes_read();
  CHECK(loading.error(path, "", {.way = LoadWay::read_once_a_node}) == "");
  const Index read = bytes_read() - before, all = product(shape) * 4;
  CHECK(loading.is_right());
  CHECK(read < (world.rank() == 0 ? all : 0) + 100'000);
  if (before > 0 && world.rank() == 0) CHECK(read >= all);
}
