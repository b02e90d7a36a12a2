// SPDX-License-Identifier: Apache-2.0
// What is saved is what is loaded: whole files, slices with their strategy, byte for byte.
#include <tenon/comm/mpi.hpp>
#include <tenon/io/appended_value.hpp>
#include <tenon/io/write_tensors.hpp>
#include <tenon/model/load.hpp>
#include <tenon/model/save.hpp>

#include <sys/resource.h>

#include <csignal>
#include <cstring>


#include "checkpoints.hpp"
#include "mpi.hpp"
#include "sliced_files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// This rank's slices of the parameters, filled.
Parameters filled(const std::vector<CutParameter>& cut, const boost::mpi::communicator& world) {
  Parameters parameters(view(plan_of_parameters(cut, world.size())));
  for (std::size_t i = 0; i < cut.size(); ++i) {
    const std::string content = bytes_of_elements(slice_of(cut[i].layout, world.rank()).elements,
                                                  bytes(cut[i].element), Index(i));
    if (!content.empty())
      std::memcpy(parameters.slices()[i].to_fill(), content.data(), content.size());
  }
  return parameters;
}

std::vector<CutParameter> whole_of(std::vector<CutParameter> cut) {
  for (CutParameter& p : cut) {
    p.layout.device_matrix = {1};
    for (Axes& axes : p.layout.tensor_map) axes = {-1};
  }
  return cut;
}

}  // namespace

MPI_TEST_CASE("the merged whole is the file that one process would have written",
              tenon_test::all_ranks) {
  Checkpoints files(world);
  MpiCommunication communication(world);
  Random random{std::mt19937_64(std::uint64_t(world.size()))};
  for (int round = 0; round < 8; ++round) {
    const auto cut = random_parameters(random, world.size());
    const Parameters parameters = filled(cut, world);
    for (const std::string suffix : {".ckpt", ".safetensors"}) {
      const std::string path = files / ("merged" + suffix), expected = files / ("one" + suffix);
      save_checkpoint(parameters, communication, path,
                      {.checksum = suffix == ".ckpt" && round % 2});
      if (world.rank() != 0) continue;
      std::filesystem::remove(expected);
      write_tensors(expected, tensors_of(whole_of(cut), 0),
                    {.checksum = suffix == ".ckpt" && round % 2});
      CHECK(bytes_of(path) == bytes_of(expected));
      std::filesystem::remove(path);
    }
    world.barrier();
  }
}

MPI_TEST_CASE("slices with their strategy are loaded into any cut on any rank",
              tenon_test::all_ranks) {
  Checkpoints files(world);
  MpiCommunication communication(world);
  Random random{std::mt19937_64(std::uint64_t(world.size()) + 100)};
  for (int round = 0; round < 8; ++round) {
    const auto cut = random_parameters(random, world.size()),
               other = recut(random, cut, world.size());
    const std::string pattern = files / "saved/rank_{}/x{}.ckpt", strategy = files / "saved/s.ckpt";
    save_checkpoint(filled(cut, world), communication, pattern,
                    {.integrated_save = false,
                     .strategy = strategy,
                     .appended = {appended_value("epoch_num", Index(round))}});
    Parameters again(view(plan_of_parameters(other, world.size())));
    const LoadReport report = load_parameters(again, communication, pattern, strategy);
    CHECK(report.passed_over == std::vector<std::string>{"epoch_num"});
    const Parameters expected = filled(other, world);
    for (std::size_t i = 0; i < cut.size(); ++i)
      if (const Index count = expected.slices()[i].bytes(world.rank()))
        CHECK(std::memcmp(again.slices()[i].data, expected.slices()[i].data, std::size_t(count)) ==
              0);
    world.barrier();
    if (world.rank() == 0) std::filesystem::remove_all(files / "saved");
    world.barrier();
  }
}

MPI_TEST_CASE("a file that cannot be written is one error on every rank", tenon_test::all_ranks) {
  Checkpoints files(world);
  MpiCommunication communication(world);
  Random random{std::mt19937_64(3)};
  const Parameters parameters = filled(random_parameters(random, world.size()), world);
  const auto error = [&](const std::string& path, const SaveOptions& options) {
    try {
      save_checkpoint(parameters, communication, path, options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(error("/proc/none/x.ckpt", {}).find("cannot write /proc/none/x.ckpt") != std::string::npos);
  CHECK(error("/dev/full", {}).find("no format") != std::string::npos);
  CHECK(error(files / "x{}.ckpt", {}).find("integrated_save = false") != std::string::npos);
  if (world.size() > 1)
    CHECK(error(files / "x.ckpt", {.integrated_save = false}).find("names one file") !=
          std::string::npos);
  CHECK(error("/proc/none/x{}.ckpt", {.integrated_save = false}).find("cannot write") !=
        std::string::npos);
}

MPI_TEST_CASE("a disk that is full in the middle leaves the old file, and no rank waits",
              tenon_test::all_ranks) {
  Checkpoints files(world);
  MpiCommunication communication(world);
  const std::vector<CutParameter> cut{
      {"w", Element::float32, {{world.size()}, {{0}, {-1}}, {1024, 512}}},
      {"v", Element::float32, {{world.size()}, {{-1}, {0}}, {512, 1024}}}};
  const Parameters parameters = filled(cut, world);
  const std::string path = files / "x.ckpt";
  if (world.rank() == 0) files.write(path, "old");
  struct rlimit before {};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);  // so that writing says it
  ::getrlimit(RLIMIT_FSIZE, &before);
  struct rlimit small = before;
  small.rlim_cur = 3 << 20;
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string error;
  try {
    save_checkpoint(parameters, communication, path);
  } catch (const Error& thrown) {
    error = thrown.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  CAPTURE(error);
  CHECK(error.find("cannot write " + path) != error.npos);
  CHECK(bytes_of(path) == "old");
  world.barrier();
  save_checkpoint(parameters, communication, path);
  CHECK(Checkpoint(path).size() == 2);
}
