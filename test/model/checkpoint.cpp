// SPDX-License-Identifier: Apache-2.0
// MindSpore's functions, on the tutorial's network and MindSpore's files.
#include <tenon/model/checkpoint.hpp>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/model.hpp>

#include "../../examples/network.hpp"
#include "checkpoints.hpp"
#include "mnist.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

using Tutorial = Model<Network, Input<32, 28, 28>, AnyOf<1, 2, 3, 4, 6, 8>>;

std::vector<float> answers(Tutorial& model, const Mnist& mnist) {
  const auto y = model.predict(mnist.rows(0, 32));
  return {y.begin(), y.end()};
}

}  // namespace

MPI_TEST_CASE("load_param_into_net fills the network from one whole file", tenon_test::all_ranks) {
  Checkpoints files(world);
  files.spoil([&] { files.write(files / "whole.ckpt", files.whole()); });
  const Mnist mnist;
  for (const LoadWay way : {LoadWay::read, LoadWay::mapped, LoadWay::read_once_a_node}) {
    Tutorial model(world, Cpu{});
    const TensorFile whole = load_checkpoint(files / "whole.ckpt");
    CHECK(load_param_into_net(model, whole, {.way = way}).fits());
    CHECK(mnist.are_right(answers(model, mnist), 0, 32));
  }
}

MPI_TEST_CASE("load_distributed_checkpoint takes the files in rank order", tenon_test::all_ranks) {
  Checkpoints files(world);
  const Mnist mnist;
  std::vector<std::string> paths;
  for (int rank = 0; rank < 8; ++rank) paths.push_back(files.file(rank));
  Tutorial model(world, Cpu{});
  CHECK(load_distributed_checkpoint(model, paths, files.strategy()).fits());
  const std::vector<float> right = answers(model, mnist);
  CHECK(mnist.are_right(right, 0, 32));
  for (const LoadWay way : {LoadWay::mapped, LoadWay::read_once_a_node}) {
    Tutorial other(world, Cpu{});
    load_distributed_checkpoint(other, paths, files.strategy(), {.way = way});
    CHECK(answers(other, mnist) == right);
  }
  const auto error = [&](const std::vector<std::string>& some, const std::string& strategy) {
    try {
      load_distributed_checkpoint(model, some, strategy);
    } catch (const Error& thrown) {
      return std::string(thrown.what());
    }
    return std::string();
  };
  paths.pop_back();
  CHECK(error(paths, files.strategy()).find("is for 8 files, one for each rank; 7 are given") !=
        std::string::npos);
  CHECK(error(paths, "").find("give the strategy file") != std::string::npos);
  CHECK(error({}, files.strategy()).find("no files") != std::string::npos);
}

MPI_TEST_CASE("what a model saves, another loads: the same bits", tenon_test::all_ranks) {
  Checkpoints files(world);
  const Mnist mnist;
  Tutorial model(world, Cpu{}), from_whole(world, Cpu{}), from_slices(world, Cpu{});
  model.load(files.pattern(), files.strategy());
  save_checkpoint(model, files / "saved.ckpt");
  save_checkpoint(model, files / "saved.safetensors");
  save_checkpoint(model, files / "saved_{}.ckpt",
                  {.integrated_save = false, .strategy = files / "saved_strategy.ckpt"});
  const std::vector<float> right = answers(model, mnist);
  if (world.rank() == 0) CHECK(bytes_of(files / "saved.ckpt") == files.whole());
  from_whole.load(files / "saved.ckpt");
  CHECK(answers(from_whole, mnist) == right);
  from_whole.load(files / "saved.safetensors", {.way = LoadWay::mapped});
  CHECK(answers(from_whole, mnist) == right);
  from_slices.load(files / "saved_{}.ckpt", files / "saved_strategy.ckpt");
  CHECK(answers(from_slices, mnist) == right);
}
