// SPDX-License-Identifier: Apache-2.0
// A model that was exported for its ranks is the model: the same plan, the same bits.
#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/model/export.hpp>
#include <tenon/model/file_model.hpp>
#include <tenon/model/load.hpp>

#include <cstring>

#include "../../examples/network.hpp"
#include "../support/error_of.hpp"
#include "checkpoints.hpp"
#include "mpi.hpp"
#include "tutorial.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// Indices below 5, or numbers around 0; of so many rows, 0 being the model's own.
std::vector<ModelTensor> inputs_of(const FileModel& model, Index rows = 0) {
  std::vector<ModelTensor> inputs = model.get_inputs();
  for (ModelTensor& x : inputs) {
    Dims shape = x.shape();
    if (rows) shape[0] = rows;
    Array array{x.element(), shape,
                std::vector<char>(std::size_t(product(shape) * bytes(x.element())))};
    for (Index i = 0; i < product(shape); ++i) {
      const auto put = [&](auto value) {
        std::memcpy(array.data.data() + i * Index(sizeof value), &value, sizeof value);
      };
      if (x.element() == Element::int64) put(std::int64_t(i * 7 % 5));
      else if (x.element() == Element::int32) put(std::int32_t(i * 7 % 5));
      else put(float(i * 37 % 101 - 50) / 50);
    }
    x = ModelTensor(x.name(), std::move(array));
  }
  return inputs;
}

/// All outputs' names, shapes and bytes.
std::string answer(FileModel& model, Index rows = 0) {
  std::string all;
  for (const ModelTensor& y : model.predict(inputs_of(model, rows)))
    all.append(y.name())
        .append(text(y.shape()))
        .append(static_cast<const char*>(y.data()), std::size_t(y.data_size()));
  return all;
}

void check_equal(FileModel& model, FileModel& again) {
  CHECK(answer(model) == answer(again));
  CHECK(model.plan().steps.size() == again.plan().steps.size());
  CHECK(model.plan().bytes_received() == again.plan().bytes_received());
  CHECK(model.plan().arena == again.plan().arena);
}

}  // namespace

MPI_TEST_CASE("law: what is built from an export gives the bits of what was exported",
              tenon_test::all_ranks) {
  const Checkpoints files(world);
  const std::string pattern = files / "out/net_rank_{}.mindir";
  for (const char* name : {"block.mindir", "block.onnx", "conv.mindir", "norms.onnx", "ops.mindir",
                           "pictures.onnx", "products.onnx", "two.mindir", "gelus.onnx"})
    for (const bool cut : {false, true}) {
      CAPTURE(name);
      CAPTURE(cut);
      FileModel model(world), again(world);
      build(model, std::string(TENON_TEST_DATA "/models/") + name, {.cut_weights = cut});
      export_model(model, pattern);
      build(again, pattern);
      check_equal(model, again);
    }
}

MPI_TEST_CASE("large weights that are cut over all ranks stay cut", tenon_test::all_ranks) {
  const Checkpoints files(world);
  const std::string pattern = files / "net_rank_{}.mindir";
  BuildOptions options = of_mlp();
  options.cut_weights = true;
  FileModel model(world), again(world);
  build(model, mlp, options);
  export_model(model, pattern);
  build(again, pattern);
  check_equal(model, again);
  const auto slices = [](FileModel & of) -> auto& { return of.parameters().slices(); };
  REQUIRE(slices(model).size() == slices(again).size());
  for (std::size_t i = 0; i < slices(model).size(); ++i)
    CHECK(slices(model)[i].distribution == slices(again)[i].distribution);
  if (world.size() % 2 == 0) CHECK(slices(again)[0].distribution.parts(1) == world.size());
}

MPI_TEST_CASE("a strategy file, a checkpoint of slices and other batches", 8) {
  const Checkpoints files(world);
  const std::string pattern = files / "net_rank_{}.mindir";
  BuildOptions options = of_mlp();
  options.strategy = TENON_EXAMPLE_DATA "/seed8/strategy.ckpt";
  options.shapes = {{"", {32, 28, 28}}};
  FileModel model(world), again(world);
  build(model, mlp, options);
  export_model(model, pattern);
  build(again, pattern);
  check_equal(model, again);
  CHECK(answer(model, 3) == answer(again, 3));
  for (const Parameters::Slice& slice : again.parameters().slices()) CHECK(slice.mapped);
  FileModel copied(world);
  build(copied, pattern, {.way = LoadWay::read});
  CHECK(answer(model) == answer(copied));
  export_model(again, pattern);  // over the files that it is mapped from
  build(copied, pattern);
  CHECK(answer(model) == answer(copied));
}

MPI_TEST_CASE("a network in C++ is exported with its strategies", tenon_test::all_ranks) {
  const Checkpoints files(world);
  const std::string pattern = files / "net_rank_{}.mindir";
  Model<::Network, Input<8, 28, 28>, AnyOf<1, 2, 3, 4, 6, 8>> model(world, Cpu{});
  model.load(slices, strategy);
  export_model(model, pattern);
  FileModel again(world);
  build(again, pattern);
  CHECK(again.plan().steps.size() == model.plan().steps.size());
  CHECK(again.plan().bytes_received() == model.plan().bytes_received());
  CHECK(again.plan().arena == model.plan().arena);
  std::vector<float> x(8 * 784);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i * 37 % 101) / 100;
  std::vector<ModelTensor> inputs = again.get_inputs();
  inputs[0].set_data(x);
  const std::span<const float> y = model.predict(x), same = again.predict(inputs)[0].data<float>();
  CHECK(std::vector(y.begin(), y.end()) == std::vector(same.begin(), same.end()));
}

MPI_TEST_CASE("files that do not fit the ranks or each other are one error on all",
              tenon_test::all_ranks) {
  const Checkpoints files(world);
  const std::string pattern = files / "a_{}.mindir", other = files / "b_{}.mindir";
  const int last = world.size() - 1;
  FileModel model(world);
  build(model, mlp, of_mlp());
  export_model(model, pattern);
  export_model(model, other);
  const auto error = [&](const BuildOptions& options = {}) {
    return error_of([&] { build(model, pattern, options); });
  };
  CHECK(error({.cut_weights = true}).find("a_{}.mindir is cut already") != std::string::npos);
  CHECK(error({.auto_parallel = AutoParallel{}}).find("a_{}.mindir is cut already") !=
        std::string::npos);
  CHECK(error_of([&] {
          build(model, mlp, {.cut_weights = true, .auto_parallel = AutoParallel{}});
        }).find("cut_weights and by auto_parallel; legal: one of them") != std::string::npos);
  CHECK(error_of([&] { export_model(model, files / "one.mindir"); }).find("names one file") !=
        std::string::npos);
  if (last > 0) {
    const boost::mpi::communicator fewer = world.split(world.rank() == last);
    FileModel part(fewer);
    const std::string wrong = error_of([&] { build(part, pattern); });
    CHECK(wrong.find("was exported for " + std::to_string(world.size()) + " ranks, and there are " +
                     std::to_string(fewer.size())) != std::string::npos);
    const auto replace_last = [&](const std::string& from) {
      if (world.rank() == last)
        std::filesystem::copy_file(from, numbered(pattern, last),
                                   std::filesystem::copy_options::overwrite_existing);
      world.barrier();
    };
    replace_last(numbered(pattern, 0));
    CHECK(error().find("is the file of rank 0, and this is rank " + std::to_string(last)) !=
          std::string::npos);
    replace_last(numbered(other, last));
    CHECK(error() == "tenon: the files " + pattern + " are not all of one export");
    replace_last(TENON_EXAMPLE_DATA "/mlp.mindir");
    CHECK(error() ==
          "tenon: " + pattern + ": some of the files are of an export of Tenon, others are not");
  }
  if (world.rank() == last) std::filesystem::resize_file(numbered(pattern, last), 100000);
  world.barrier();
  CHECK(error().find("cannot read " + numbered(pattern, last)) != std::string::npos);
  if (world.rank() == last) std::filesystem::remove(numbered(pattern, last));
  world.barrier();
  CHECK(error().find(numbered(pattern, last)) != std::string::npos);
  CHECK(answer(model).size() > 40);  // the model is what it was
  const std::string nowhere = files / "folder_{}.mindir";
  if (world.rank() == last) std::filesystem::create_directory(numbered(nowhere, last));
  world.barrier();
  CHECK(error_of([&] { export_model(model, nowhere); }).find(numbered(nowhere, last)) !=
        std::string::npos);
  world.barrier();
  for (int rank = 0; rank < last; ++rank)
    CHECK_MESSAGE(!std::filesystem::exists(numbered(files / "folder_{}.new.mindir", rank)), rank);
}
