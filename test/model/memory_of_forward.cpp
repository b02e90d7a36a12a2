// SPDX-License-Identifier: Apache-2.0
// A forward takes the memory that its plan says: the arena, and the parameters once. Where files
// are mapped that is the packed form that kernels read.
#include <fstream>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/io/write_safetensors.hpp>
#include <tenon/model/load.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/run/executor.hpp>

#include "checkpoints.hpp"
#include "mpi.hpp"
#include "process_memory.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

constexpr Index columns_of_layer = 4096, batch = 512;

struct Layers {
  Index devices;
  constexpr Value construct(Value x) const {
    Dense a("a", columns_of_layer, columns_of_layer), b("b", columns_of_layer, columns_of_layer);
    a.matmul.shard({{1, devices}, {devices, 1}});
    b.matmul.shard({{1, devices}, {devices, 1}});
    return b(relu(a(x)));
  }
};

/// Weights of zeros, of which the file system keeps nothing.
void make_file_of_layers(const std::string& path) {
  std::vector<TensorSource> sources;
  for (const std::string layer : {"a", "b"}) {
    sources.emplace_back(layer + ".bias", Element::float32, Dims{columns_of_layer},
                         [](const Pieces&) {});
    sources.emplace_back(layer + ".weight", Element::float32,
                         Dims{columns_of_layer, columns_of_layer}, [](const Pieces&) {});
  }
  const std::string header = tenon::detail::safetensors_text(sources, {}, path);
  std::ofstream(path, std::ios::binary) << header;
  std::filesystem::resize_file(
      path, header.size() + std::size_t(2 * (columns_of_layer + 1) * columns_of_layer) * 4);
}

/// What is this process's own, and its part of what processes share; no files.
Index held_memory() { return process_memory("RssAnon:") + process_memory("Pss_Shmem:"); }

}  // namespace

MPI_TEST_CASE("a forward takes the memory that its plan says, within 5 %", 2) {
  const Checkpoints files(world);
  const std::string path = files / "layers.safetensors";
  if (world.rank() == 0) make_file_of_layers(path);
  world.barrier();
  const Plan p = plan(trace(Layers{world.size()}, {{{batch, columns_of_layer}}}), world.size());
  REQUIRE(!p.finding);
  const std::vector<float> x(batch * columns_of_layer, 1.f);
  const void* const inputs[] = {x.data()};
  MpiCommunication communication(world);
  for (LoadWay way : {LoadWay::mapped, LoadWay::read}) {
    const Index before = held_memory();
    Parameters parameters(view(p));
    load_parameters(parameters, communication, path, "", {.way = way});
    Executor executor(view(p), Cpu{}, communication, parameters);
    for (int times = 0; times < 3; ++times) executor.run(inputs);
    Index packed = 0;  // form of parameters
    for (const Parameters::Slice& slice : parameters.slices()) packed += slice.packed->bytes();
    world.barrier();  // what ranks share is divided among those that have touched it
    const Index taken = held_memory() - before;
    world.barrier();
    const Index said = view(p).arena + packed + (way == LoadWay::read ? view(p).parameters : 0);
    CAPTURE(int(way));
    CAPTURE(taken);
    CAPTURE(said);
    CHECK(taken < said * 1.05);
    CHECK(taken > said * 0.8);  // what is never touched costs nothing
    if (way == LoadWay::mapped) CHECK(said < view(p).peak_memory() * 1.05);
  }
}
