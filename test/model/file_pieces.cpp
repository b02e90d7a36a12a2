// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/file_pieces.hpp>

#include <tenon/comm/mpi.hpp>
#include <tenon/io/open_tensors.hpp>
#include <tenon/io/write_tensors.hpp>
#include <tenon/model/checkpoint.hpp>

#include "checkpoints.hpp"
#include "mpi.hpp"
#include "sliced_files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

void write_all(const std::string& path, float value) {
  const std::vector<float> values(100'000, value);
  write_tensors(path, {TensorSource("w", values, {1000, 100})});
}

/// What a Model has of it, for load_param_into_net.
struct OneParameter {
  MpiCommunication over;
  Parameters held;
  Parameters& parameters() { return held; }
  Communication& communication() { return over; }
};

}  // namespace

MPI_TEST_CASE("pieces are the file's bytes, whatever was forgotten", 1) {
  Checkpoints files(world);
  write_all(files / "x.ckpt", 7);
  const TensorFile file = open_tensors(files / "x.ckpt");
  const StoredTensor& tensor = file.at("w");
  file.forget();
  std::vector<float> block(50 * 10);
  const Box columns{{100, 150}, {30, 40}};
  FilePieces pieces;
  pieces.read(file, tensor, region(columns, whole_box(tensor.shape)),
              reinterpret_cast<std::byte*>(block.data()), region(columns));
  for (float value : block) CHECK(value == 7);
  std::string all;
  pieces.for_each_part(file, tensor, [&](std::span<const std::byte> part) {
    all.append(reinterpret_cast<const char*>(part.data()), part.size());
  });
  REQUIRE(Index(all.size()) == tensor.bytes());
  CHECK(std::memcmp(all.data(), tensor.chunks[0].data(), all.size()) == 0);
}

MPI_TEST_CASE("a file that another one took the name of is not read for it", 1) {
  Checkpoints files(world);
  write_all(files / "x.ckpt", 7);
  const TensorFile file = open_tensors(files / "x.ckpt");
  write_all(files / "x.ckpt", 8);  // under another name first, then renamed
  const StoredTensor& tensor = file.at("w");
  std::vector<std::byte> block(std::size_t(tensor.bytes()));
  FilePieces pieces;
  std::string error;
  try {
    const Box all = whole_box(tensor.shape);
    pieces.read(file, tensor, region(all), block.data(), region(all));
  } catch (const Error& thrown) {
    error = thrown.what();
  }
  CHECK(error == "tenon: cannot read " + (files / "x.ckpt") +
                     ": another file took its name while it was being read");

  OneParameter model{MpiCommunication(world),
                     Parameters(view(plan_of_parameters(
                         {{"w", Element::float32, {{1}, {{-1}, {-1}}, {1000, 100}}}}, 1)))};
  load_param_into_net(model, file);  // the file as it was opened
  CHECK(reinterpret_cast<const float*>(model.held.slices()[0].data)[99'999] == 7);
}
