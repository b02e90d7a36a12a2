// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/virtual_ranks.hpp>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/model/file_model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/relu.hpp>

#include "../support/error_of.hpp"
#include "mnist.hpp"
#include "mpi.hpp"
#include "tutorial.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// Cut by columns, then by rows: a partial sum.
struct TwoLayers {
  Dense layer1{"layer1", 40, 48}, layer2{"layer2", 48, 7};
  constexpr explicit TwoLayers(Index ranks) {
    layer1.matmul.shard({{1, 1}, {1, ranks}});
    layer2.matmul.shard({{1, ranks}, {ranks, 1}});
  }
  constexpr auto construct(auto x) const { return layer2(relu(layer1(x))); }
};

/// The logits of the first images on so many ranks, the same bits on each; up to 8 ranks those of
/// one rank, for they add in one order.
std::vector<float> logits_of(int ranks, const Mnist& mnist, Index images) {
  std::vector<std::vector<float>> logits(static_cast<std::size_t>(ranks));
  run_virtual_ranks(ranks, [&](Communication& communication) {
    FileModel model(communication);
    BuildOptions options = of_mlp();
    options.cut_weights = true;
    options.shapes = {{"", {images, 28, 28}}};
    model.build_from_file(mlp, ModelType::ANY,
                          std::make_unique<Cpu>(CpuOptions{.reproducible = ranks <= 8}), options);
    std::vector<ModelTensor> inputs = model.get_inputs();
    inputs[0].set_data(mnist.rows(0, images));
    const auto y = model.predict(inputs)[0].data<float>();
    logits[std::size_t(communication.rank())].assign(y.begin(), y.end());
  });
  for (const std::vector<float>& other : logits) CHECK(other == logits[0]);
  return logits[0];
}

}  // namespace

MPI_TEST_CASE("the tutorial's network on 1, 2, 3, 8, 64 virtual ranks answers as on one", 1) {
  const Mnist mnist;
  const std::vector<float> alone = logits_of(1, mnist, 32);
  CHECK(mnist.are_right(alone, 0, 32));
  for (const int ranks : {2, 3, 8, 64}) {
    CAPTURE(ranks);
    const std::vector<float> y = logits_of(ranks, mnist, 32);
    CHECK(mnist.are_right(y, 0, 32));
    if (ranks <= 8) CHECK(y == alone);
  }
}

MPI_TEST_CASE("a network in C++ runs on a communication that somebody else owns", 1) {
  std::vector<float> weights(40 * 48), x(5 * 40), alone;
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = float(i * 37 % 101) / 16 - 3;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i * 29 % 83) / 8 - 5;
  for (const int ranks : {1, 3, 8})
    run_virtual_ranks(ranks, [&](Communication& communication) {
      Model<TwoLayers, Input<5, 40>, AnyOf<1, 3, 8>> model(communication, Cpu{});
      model.set_parameter<float>("layer1.weight", weights);
      model.set_parameter<float>("layer2.weight", std::span<const float>(weights).first(48 * 7));
      const auto y = model.predict(x);
      if (ranks == 1) alone.assign(y.begin(), y.end());
      REQUIRE(y.size() == alone.size());
      for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == doctest::Approx(alone[i]));
    });
}

MPI_TEST_CASE("an error of one virtual rank's model is every rank's", 1) {
  CHECK(error_of([] {
          run_virtual_ranks(4, [](Communication& communication) {
            FileModel model(communication);
            model.build_from_file(communication.rank() == 2 ? "none.mindir" : mlp, ModelType::ANY,
                                  {}, {}, of_mlp());
          });
        }).find("none.mindir") != std::string::npos);
}
