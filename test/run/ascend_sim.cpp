// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/ascend_sim.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/comm/alone.hpp>
#include <tenon/comm/virtual_ranks.hpp>
#include <tenon/network/layers/convolution.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/flatten.hpp>
#include <tenon/network/operators/max_pool.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/network/operators/softmax.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/run/executor.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace tenon;

namespace {

struct SmallConvolutionalNetwork {
  constexpr Value construct(Value x) const {
    Convolution convolution("convolution", 3, 20, {3, 3});
    Dense dense("dense", 500, 10);
    x = MaxPool({2, 2}, {2, 2})(relu(convolution(x)));  // [4, 20, 5, 5]
    return Softmax()(dense(flatten(x)));                // [4, 10]
  }
};

/// Cut by columns, then by rows: partial sums, with what is element by element between them.
struct CutNetwork {
  Dense layer1{"layer1", 48, 64}, layer2{"layer2", 64, 24};
  constexpr explicit CutNetwork(Index ranks) {
    layer1.matmul.shard({{1, 1}, {1, ranks}});
    layer2.matmul.shard({{1, ranks}, {ranks, 1}});
  }
  constexpr auto construct(auto x) const { return layer2(relu(layer1(x))); }
};

/// By each of so many simulated Ascends, of small whole numbers, which no format rounds.
template <class OneBackend>
std::vector<std::vector<float>> forward_on_ranks(int ranks) {
  const Plan p = plan(trace(CutNetwork(ranks), {{{8, 48}}}), ranks);
  std::vector<std::vector<float>> y(std::size_t(ranks), {0});
  run_virtual_ranks(ranks, [&](Communication& communication) {
    const OneBackend backend{};  // of each rank: a chip of its own
    Parameters parameters(view(p));
    Executor executor(view(p), backend, communication, parameters);
    std::mt19937 random(2);
    const auto whole_numbers = [&](Index n) {
      std::vector<float> all(std::size_t(n), 0);
      for (float& x : all) x = float(int(random() % 3) - 1);
      return all;
    };
    for (const auto& slice : parameters.slices())
      parameters.set(slice.name,
                     std::span<const float>(whole_numbers(product(slice.distribution.shape))),
                     communication.rank());
    const std::vector<float> x = whole_numbers(8 * 48);
    const void* const inputs[] = {x.data()};
    const auto* logits = static_cast<const float*>(executor.run(inputs));
    y[std::size_t(communication.rank())].assign(logits, logits + 8 * 24);
  });
  return y;
}

std::vector<float> forward_by(const Plan& plan, const Backend& backend) {
  Alone alone;
  Parameters parameters(view(plan));
  Executor executor(view(plan), backend, alone, parameters);
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.2f);
  const auto values = [&](Index n) {
    std::vector<float> all(std::size_t(n), 0);
    for (float& x : all) x = normal(random);
    return all;
  };
  for (const auto& slice : parameters.slices())
    parameters.set(slice.name, std::span<const float>(values(product(slice.distribution.shape))),
                   0);
  const std::vector<float> x = values(4 * 3 * 12 * 12);
  const void* const inputs[] = {x.data()};
  executor.run(inputs);
  const auto* y = static_cast<const float*>(executor.run(inputs));
  return {y, y + 40};
}

}  // namespace

TEST_CASE("a network on a simulated Ascend: every step rounds, and counts") {
  const Plan p = plan(trace(SmallConvolutionalNetwork{}, {{{4, 3, 12, 12}}}), 1);
  REQUIRE(!p.finding);
  const std::vector<float> expected = forward_by(p, Reference{});
  for (PrecisionMode mode : {PrecisionMode::force_fp16, PrecisionMode::allow_fp32_to_fp16}) {
    const AscendSim ascend({.precision = mode});
    const std::vector<float> y = forward_by(p, ascend);
    Index far = 0, wide = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      far += !(std::fabs(y[i] - expected[i]) <= 0.004f * expected[i]);
      wide += y[i] != from_float16(to_float16(y[i]));
    }
    CHECK(far == 0);
    const bool narrow = mode == PrecisionMode::force_fp16;
    CHECK((wide == 0) == narrow);
    std::string steps;
    for (const AscendCounts& step : ascend.counts()) {
      steps.append(step.op).append(" ");
      CHECK(step.inputs == RoundingCounts{});
      CHECK(step.results == RoundingCounts{});
    }
    CHECK(steps == (narrow ? "Conv2D MaxPool MatMul Softmax " : "Conv2D MatMul Softmax "));
  }
}

TEST_CASE("law: 1, 2, 8 and 64 simulated Ascends as virtual ranks answer as the law on one") {
  const std::vector<float> expected = forward_on_ranks<Reference>(1)[0];
  for (const int ranks : {1, 2, 8, 64})
    for (const auto& logits : forward_on_ranks<AscendSim>(ranks)) CHECK(logits == expected);
}
