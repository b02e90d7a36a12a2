// SPDX-License-Identifier: Apache-2.0
#include <tenon/model/model.hpp>

#include <cstring>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/load.hpp>

#include "../../examples/network.hpp"
#include "checkpoints.hpp"
#include "mnist.hpp"
#include "mpi.hpp"
#include "tutorial.hpp"
#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

using Counts = AnyOf<1, 2, 3, 4, 6, 8>;
using WholeInput = Model<Network, Input<32, 28, 28>, Counts>;
using OwnRows = Model<Network, InputRows<32, 28, 28>, Counts>;

std::uint64_t number_of(std::span<const float> values) {
  std::uint64_t hash = 1;
  for (float value : values) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, 4);
    hash = (hash ^ bits) * 1099511628211ull;
  }
  return hash;
}

/// The first `images` in batches, the last of them short.
void check_batches(WholeInput& model, const Mnist& mnist, Index batch, Index images) {
  CAPTURE(batch);
  for (Index at = 0; at < images; at += batch) {
    const Index rows = std::min(batch, images - at);
    const auto y = model.predict(mnist.rows(at, rows));
    CHECK(mnist.are_right(y, at, rows));
    CHECK(model.communication().agree(number_of(y)));
  }
}

/// Each rank feeds its own rows, and gets those of the output.
void check_rows(OwnRows& model, const Mnist& mnist, Index batch) {
  CAPTURE(batch);
  const Interval own = whole({batch})
                           .cut(0, {{model.communication().size(), 1}})
                           .interval(0, model.communication().rank());
  const auto x = mnist.rows(own.first, own.size());
  CHECK(mnist.are_right(model.predict_rows(batch, x), own.first, own.size()));
}

}  // namespace

MPI_TEST_CASE("MindSpore's slices give MindSpore's answers, the same bits on every rank",
              tenon_test::all_ranks) {
  const Mnist mnist;
  WholeInput model(world, Cpu{});
  model.load(slices, strategy);
  check_batches(model, mnist, 32, 256);
  check_batches(model, mnist, 256, 256);
  check_batches(model, mnist, 3, 100);
  check_batches(model, mnist, 1, 16);
  check_batches(model, mnist, 60, 256);
}

MPI_TEST_CASE("the reference backend gives the same answers", tenon_test::all_ranks) {
  const Mnist mnist;
  WholeInput model(world, Reference{});
  model.load(slices, strategy);
  check_batches(model, mnist, 32, 32);
  check_batches(model, mnist, 3, 7);
  check_batches(model, mnist, 1, 2);
}

MPI_TEST_CASE("each rank feeds its own rows: from slices, and from one whole file",
              tenon_test::all_ranks) {
  const Mnist mnist;
  Checkpoints files(world);
  files.spoil([&] { files.write(files / "whole.ckpt", files.whole()); });
  OwnRows model(world, Cpu{});
  for (const bool whole_file : {false, true}) {
    if (whole_file) model.load(files / "whole.ckpt");
    else model.load(slices, strategy);
    for (Index batch : {32, 3, 1, 256, 37}) check_rows(model, mnist, batch);
  }
}

MPI_TEST_CASE("one whole file is loaded like its slices, bit for bit", tenon_test::all_ranks) {
  Checkpoints files(world);
  files.spoil([&] { files.write(files / "whole.ckpt", files.whole()); });
  WholeInput from_slices(world, Reference{}), from_whole(world, Reference{});
  from_slices.load(files.pattern(), files.strategy());
  from_whole.load(files / "whole.ckpt");
  const auto &a = from_slices.parameters().slices(), &b = from_whole.parameters().slices();
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t bytes = std::size_t(volume(a[i].distribution.box(world.rank()))) * 4;
    CHECK(a[i].name == b[i].name);
    CHECK((bytes == 0 || std::memcmp(a[i].data, b[i].data, bytes) == 0));
  }
}

MPI_TEST_CASE("after a load that failed the model is as it was, and can be loaded",
              tenon_test::all_ranks) {
  const Mnist mnist;
  Checkpoints files(world);
  WholeInput model(world, Cpu{});
  files.spoil([&] { files.write(5, files.original(5).substr(0, 1'000'000)); });
  CHECK(error_of([&] { model.load(files.pattern(), files.strategy()); }) != "");
  files.spoil([] {});
  model.load(files.pattern(), files.strategy());
  check_batches(model, mnist, 32, 32);
  files.spoil([&] { std::filesystem::remove(files.file(7)); });
  CHECK(error_of([&] { model.load(files.pattern(), files.strategy()); }) != "");
  check_batches(model, mnist, 32, 32);  // still what was loaded before
}

MPI_TEST_CASE("a number of ranks that was not compiled is an error that lists the legal ones", 2) {
  using OnThree = Model<Network, Input<32, 28, 28>, AnyOf<1, 3>>;
  const std::string text = error_of([&] { OnThree(world, Reference{}); });
  CHECK(text.find("[1, 3]") != std::string::npos);
  CHECK(text.find("2") != std::string::npos);
}

MPI_TEST_CASE("two models on two halves of the ranks answer at once", 4) {
  const Mnist mnist;
  const bool second = world.rank() >= world.size() / 2;
  WholeInput model(world.split(second), Cpu{});
  model.load(slices, strategy);
  check_batches(model, mnist, second ? 8 : 32, second ? 24 : 64);
}

MPI_TEST_CASE("parameters are set by name", tenon_test::all_ranks) {
  WholeInput model(world, Reference{});
  const std::vector<float> bias{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  model.set_parameter<float>("layer3.bias", bias);  // all weights are zero
  const std::vector<float> image(784, 1.f);
  const auto y = model.predict(image);
  CHECK(std::vector<float>(y.begin(), y.end()) == bias);
  CHECK(error_of([&] { model.set_parameter<float>("layer4.bias", bias); }).find("layer4.bias") !=
        std::string::npos);
  CHECK(error_of([&] { model.set_parameter<float>("layer2.bias", bias); }).find("[512]") !=
        std::string::npos);
  CHECK(error_of([&] { model.predict(std::vector<float>(785)); }).find("785") != std::string::npos);
  CHECK(error_of([&] { model.predict(std::span<const float>()); }) != "");
}

TEST_CASE("one rank alone needs no MPI and gives the same answers") {
  const Mnist mnist;
  WholeInput model(Cpu{});
  model.load(slices, strategy);
  check_batches(model, mnist, 32, 64);
}
