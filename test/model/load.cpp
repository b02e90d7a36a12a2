// SPDX-License-Identifier: Apache-2.0
// Files cut in any way fill a network cut in any way, whichever way the bytes take.
#include <tenon/comm/mpi.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/write_tensors.hpp>
#include <tenon/model/load.hpp>

#include <cstring>


#include "checkpoints.hpp"
#include "mpi.hpp"
#include "sliced_files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// As if every two ranks were a machine.
struct PairsOfRanks : MpiCommunication {
  using MpiCommunication::MpiCommunication;
  std::vector<int> node() override {
    const int first = rank() / 2 * 2;
    return first + 1 < size() ? std::vector<int>{first, first + 1} : std::vector<int>{first};
  }
};

/// Rank 0 writes the files of all ranks of a cut.
void write_files(const boost::mpi::communicator& world, const Checkpoints& files,
                 const std::vector<CutParameter>& cut, Index devices, const std::string& suffix) {
  world.barrier();
  if (world.rank() == 0) {
    for (Index rank = 0; rank < devices; ++rank) {
      const std::string path = files / (numbered("x{}", rank) + suffix);
      std::filesystem::remove(path);
      write_tensors(path, tensors_of(cut, rank));
    }
    std::filesystem::remove(files / "strategy.ckpt");
    write_strategy(files / "strategy.ckpt", strategy_of(cut));
  }
  world.barrier();
}

/// The first parameter whose slice is not what this rank should have; "" where all are right.
std::string wrong_slice(const Parameters& parameters, const std::vector<CutParameter>& cut,
                        Index rank) {
  for (std::size_t i = 0; i < cut.size(); ++i) {
    const std::string expected =
        bytes_of_elements(slice_of(cut[i].layout, rank).elements, bytes(cut[i].element), Index(i));
    const Parameters::Slice& slice = parameters.slices()[i];
    if (slice.bytes(rank) != Index(expected.size()) ||
        (!expected.empty() && std::memcmp(slice.data, expected.data(), expected.size()) != 0))
      return cut[i].name;
  }
  return "";
}

}  // namespace

MPI_TEST_CASE("any cut of files becomes any cut of a network, in every way",
              tenon_test::all_ranks) {
  Checkpoints files(world);
  MpiCommunication communication(world);
  PairsOfRanks pairs(world);
  Random random{std::mt19937_64(std::uint64_t(world.size()))};
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    constexpr Index counts[] = {1, 2, 3, 4, 6, 8, 12};
    const Index devices = counts[random.below(7)];
    const auto stored = random_parameters(random, devices);
    const auto wanted = recut(random, stored, world.size());
    const std::string suffix = round % 2 ? ".ckpt" : ".safetensors";
    write_files(world, files, stored, devices, suffix);
    const Plan plan = plan_of_parameters(wanted, world.size());
    for (const LoadWay way : {LoadWay::read, LoadWay::mapped, LoadWay::read_once_a_node})
      for (Communication* over :
           {static_cast<Communication*>(&communication), static_cast<Communication*>(&pairs)}) {
        Parameters parameters(view(plan));
        const LoadReport report = load_parameters(parameters, *over, files / ("x{}" + suffix),
                                                  files / "strategy.ckpt", {.way = way});
        CHECK(report.fits());
        CHECK(wrong_slice(parameters, wanted, world.rank()) == "");
        Index all = 0;
        for (const auto& slice : parameters.slices()) all += slice.bytes(world.rank());
        CHECK(report.bytes_in_place + report.bytes_copied == all);
        if (way != LoadWay::mapped) CHECK(report.bytes_in_place == 0);
      }
  }
}

MPI_TEST_CASE("one whole file of aligned tensors is used where it is mapped",
              tenon_test::all_ranks) {
  Checkpoints files(world);
  MpiCommunication communication(world);
  std::vector<CutParameter> rows{{"w", Element::float32, {{world.size()}, {{0}, {-1}}, {48, 16}}},
                                 {"b", Element::float32, {{world.size()}, {{-1}}, {48}}}},
      whole_file = rows;
  for (CutParameter& p : whole_file) p.layout = {{1}, p.layout.tensor_map, p.layout.shape};
  write_files(world, files, whole_file, 1, ".safetensors");
  Parameters parameters(view(plan_of_parameters(rows, world.size())));
  const LoadReport report = load_parameters(parameters, communication, files / "x0.safetensors", "",
                                            {.way = LoadWay::mapped});
  CHECK(report.bytes_copied == 0);
  CHECK(report.bytes_in_place == 48 * 16 * 4 / world.size() + 48 * 4);
  CHECK(wrong_slice(parameters, rows, world.rank()) == "");
  for (const auto& slice : parameters.slices()) CHECK(slice.data != slice.own);
  const std::vector<float> sevens(48, 7);  // a slice that is set is no longer the file's
  parameters.set<float>("b", sevens, world.rank());
  CHECK(parameters.slices()[1].data == parameters.slices()[1].own);
  CHECK(reinterpret_cast<const float*>(parameters.slices()[1].data)[47] == 7);
}

MPI_TEST_CASE("slices of more than the reader of a node holds arrive in several messages",
              tenon_test::all_ranks) {
  Checkpoints files(world);
  PairsOfRanks communication(world);
  const std::vector<CutParameter> wanted{
      {"w", Element::float32, {{1}, {{-1}, {-1}}, {1100, 1000}}}};
  write_files(world, files, wanted, 1, ".ckpt");
  Parameters parameters(view(plan_of_parameters(wanted, world.size())));
  load_parameters(parameters, communication, files / "x0.ckpt", "",
                  {.way = LoadWay::read_once_a_node});
  CHECK(wrong_slice(parameters, wanted, world.rank()) == "");
}
