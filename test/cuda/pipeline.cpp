// SPDX-License-Identifier: Apache-2.0
// A pipeline whose ranks have (pretended) devices: what goes between stages goes through the host's
// memory, and each stage's steps are recorded as those of one stage are.
#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/pipeline.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>

#include "../support/cuda/pretended.hpp"
#include "mpi.hpp"

using namespace tenon;

namespace {

/// What the first stage makes goes past the second one where there are three.
struct OnStages {
  Dense a{"a", 24, 36}, b{"b", 36, 36}, c{"c", 36, 7};
  constexpr explicit OnStages(Index ranks) {
    const bool three = ranks % 3 == 0;
    if (ranks == 1) return;
    a.pipeline_stage = 0, b.pipeline_stage = 1, c.pipeline_stage = three ? 2 : 1;
    if (ranks == 4 || ranks == 8) b.matmul.shard({{1, ranks / 2}, {ranks / 2, 1}});
  }
  constexpr auto construct(auto x) const {
    const auto first = relu(a(x));
    return c(add(relu(b(first)), first));
  }
};
template <class... How>
using OnDevices = Model<OnStages, Inputs<Input<6, 24>, How...>, AnyOf<1, 2, 3, 4, 6, 8>>;

void fill_layers(auto& model) {
  for (const auto& [name, count] :
       {std::pair("a.weight", 24 * 36), {"b.weight", 36 * 36}, {"c.weight", 36 * 7}}) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i * 37 % 101) / 256 - .2f;
    model.template set_parameter<float>(name, values);
  }
}

template <class... How>
void check_on_devices(const boost::mpi::communicator& world) {
  OnDevices<How...> model(world, Cuda{}), expected(world, Reference{});
  fill_layers(model), fill_layers(expected);
  for (const std::size_t rows : {6, 6, 6, 4, 6, 1}) {
    std::vector<float> x(rows * 24);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = float((i + rows) * 29 % 83) / 32 - 1;
    const auto y = model.predict(x), z = expected.predict(x);
    REQUIRE(y.size() == z.size());
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == doctest::Approx(z[i]).epsilon(1e-4));
  }
}

}  // namespace

MPI_TEST_CASE("a pipeline on devices gives the host's numbers, batch after batch",
              tenon_test::all_ranks) {
  pretended::device().reset();
  check_on_devices<>(world);
  check_on_devices<MicroBatches<3>, PipelineResultBroadcast>(world);
  CHECK(!pretended::device().broken_guard);
  CHECK(pretended::device().calls["cudaGraphLaunch"] > 0);
  pretended::device().reset();
}
