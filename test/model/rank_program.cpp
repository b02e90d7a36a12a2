// SPDX-License-Identifier: Apache-2.0
// What MindSpore exported for each of 8 ranks runs as it is: its groups, slices and collectives.
#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/model/file_model.hpp>
#include <tenon/model/rank_agreement.hpp>

#include "../io/files.hpp"
#include "mnist.hpp"
#include "mpi.hpp"
#include "tutorial.hpp"

using namespace tenon;
using namespace tenon::test;
using Kind = detail::RankCollective::Kind;

namespace {

const std::string exported = TENON_EXAMPLE_DATA "/seed8/mindir/net_rank_{}.mindir";

/// Element i of what a rank brings.
float brought(int rank, Index i) { return float(rank * 100) + float(i); }

/// What the rank at `place` of the group gets, by the collective's definition.
std::vector<float> defined(const detail::RankCollective& c, Index place) {
  std::vector<float> y;
  const Index part = c.count / Index(c.group.size());
  if (c.kind == Kind::all_gather) {
    for (int rank : c.group)
      for (Index i = 0; i < c.count; ++i) y.push_back(brought(rank, i));
    return y;
  }
  const Index first = c.kind == Kind::reduce_scatter ? place * part : 0;
  for (Index i = 0; i < (c.kind == Kind::reduce_scatter ? part : c.count); ++i) {
    float sum = 0;
    for (int rank : c.group) sum += brought(rank, first + i);
    y.push_back(sum);
  }
  return y;
}

void build(FileModel& model, const std::string& path, const std::string& checkpoint) {
  BuildOptions options;
  options.checkpoint = checkpoint;
  model.build_from_file(path, ModelType::MINDIR, {}, {}, options);
}

}  // namespace

MPI_TEST_CASE("collectives over groups, some in another order than the ranks'",
              tenon_test::all_ranks) {
  MpiCommunication communication(world);
  for (const Kind kind : {Kind::all_gather, Kind::all_reduce, Kind::reduce_scatter})
    for (int groups = 1; groups <= world.size(); ++groups) {
      if (world.size() % groups) continue;
      CAPTURE(groups);
      std::vector<int> group;  // every so many ranks, backwards
      for (int rank = world.size() - 1; rank >= 0; --rank)
        if (rank % groups == world.rank() % groups) group.push_back(rank);
      detail::RankCollective own{kind, group, Element::float32, 3 * Index(group.size())};
      const detail::RankAgreement all({own}, communication, "x.mindir");
      std::vector<std::byte> scratch(std::size_t(8 * own.count * Index(group.size())) * 4);
      const auto exchange = communication.prepare(
          [&](int rank) { return all.of(rank, 0).program(rank); }, scratch, 0);
      std::vector<float> x, y(std::size_t(own.result()));
      for (Index i = 0; i < own.count; ++i) x.push_back(brought(world.rank(), i));
      const auto* got = reinterpret_cast<const float*>(exchange->run(x.data(), y.data()));
      const Index place = std::ranges::find(group, world.rank()) - group.begin();
      CHECK(std::vector<float>(got, got + own.result()) == defined(own, place));
    }
}

MPI_TEST_CASE("parts that do not belong together are an error on every rank", 4) {
  MpiCommunication communication(world);
  const auto error = [&](const detail::RankCollective& own) {
    return error_of([&] { detail::RankAgreement({own}, communication, "x.mindir"); });
  };
  const std::vector<int> all{0, 1, 2, 3};
  CHECK(error({Kind::all_gather, all, Element::float32, world.rank() ? 4 : 5}).find("differ") !=
        std::string::npos);
  CHECK(error({world.rank() ? Kind::all_gather : Kind::all_reduce, all, Element::float32, 4})
            .find("differ") != std::string::npos);
  CHECK(error({Kind::all_gather, {0, 1}, Element::float32, 4}).find("without rank 2") !=
        std::string::npos);
  CHECK(error({Kind::all_gather, all, Element::float32, 4}) == "");
}

MPI_TEST_CASE("MindSpore's own export for 8 ranks", 8) {
  const Mnist mnist;
  FileModel model(world);
  build(model, exported, slices);
  std::vector<ModelTensor> inputs = model.get_inputs();
  REQUIRE(inputs.size() == 1);
  CHECK(inputs[0].shape() == Dims{32, 28, 28});
  for (Index at = 0; at < 256; at += 32) {
    inputs[0].set_data(mnist.rows(at, 32));
    const std::vector<ModelTensor> y = model.predict(inputs);
    REQUIRE(y.size() == 1);
    CHECK(mnist.are_right(y[0].data<float>(), at, 32));
  }
  inputs[0] = ModelTensor(inputs[0].name(), {8, 28, 28}, Element::float32);
  CHECK(error_of([&] { model.predict(inputs); }).find("legal: [32, 28, 28]") != std::string::npos);
  CHECK(error_of([&] { model.plan(); }).find("cut elsewhere") != std::string::npos);
  FileModel none(world);
  CHECK(error_of([&] { build(none, exported, ""); }).find("has no values of layer1.weight") !=
        std::string::npos);
  CHECK(error_of([&] {
          build(none, exported, TENON_EXAMPLE_DATA "/lenet5.ckpt");
        }).find("has no parameter layer1.weight") != std::string::npos);
  const Folder folder;  // rank 1 has the file of rank 2
  const int file = world.rank() == 1 ? 2 : world.rank();
  std::filesystem::copy_file(numbered(exported, file),
                             numbered(folder / "net{}.mindir", world.rank()));
  CHECK(error_of([&] { build(none, folder / "net{}.mindir", slices); }) != "");
}

MPI_TEST_CASE("parts for 8 ranks on fewer", 2) {
  FileModel model(world);
  CHECK(error_of([&] {
          build(model, exported, slices);
        }).find("is over rank 2; there are ranks 0") != std::string::npos);
  CHECK(error_of([&] { build(model, "none_{}.mindir", slices); }).find("none_0.mindir") !=
        std::string::npos);
}
