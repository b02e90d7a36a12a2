// SPDX-License-Identifier: Apache-2.0
// A reproducible backend gives the same bits on any number of ranks, for any strategy and batch.
#include <cstring>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/comm/alone.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/gelu.hpp>
#include <tenon/network/operators/reduce_sum.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/run/executor.hpp>

#include "../support/error_of.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// How the three layers are cut: rows of x, k, columns of w.
struct Cuts {
  Dims first, second, third;
};

struct Layers {
  Cuts cuts;
  constexpr Value construct(Value x) const {
    Dense a("a", 61, 100), b("b", 100, 53, Dense::transposed), c("c", 53, 10);
    const auto shard = [](auto& dense, const Dims& cut, bool transposed) {
      if (cut.empty()) return;
      const Dims w = transposed ? Dims{cut[2], cut[1]} : Dims{cut[1], cut[2]};
      dense.matmul.shard({Dims{cut[0], cut[1]}, w});
    };
    shard(a, cuts.first, false), shard(b, cuts.second, true), shard(c, cuts.third, false);
    return c(relu(b(gelu(a(x)))));
  }
};

/// Numbers that do not add exactly.
std::vector<float> numbers(Index count, unsigned seed) {
  std::vector<float> values(static_cast<std::size_t>(count));
  std::uint32_t state = seed * 2654435761u + 1;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = float(state >> 8) / float(1 << 23) - 1.f;
  }
  return values;
}

std::vector<float> forward(const Plan& p, const Backend& backend, Communication& communication,
                           const std::vector<float>& x) {
  REQUIRE(!p.finding);
  Parameters parameters(view(p));
  unsigned seed = 7;
  for (const char* layer : {"a", "b", "c"})
    for (const char* name : {".weight", ".bias"})
      for (const auto& slice : parameters.slices())
        if (slice.name == std::string(layer) + name) {
          const std::vector<float> whole = numbers(product(slice.distribution.shape), ++seed);
          parameters.set<float>(slice.name, whole, communication.rank());
          break;
        }
  Executor executor(view(p), backend, communication, parameters);
  const void* const inputs[] = {x.data()};
  executor.run(inputs);
  const auto* y = static_cast<const float*>(executor.run(inputs));  // and again
  return {y, y + volume(view(p).buffer(p.output).distribution.box(communication.rank()))};
}

std::vector<Cuts> cuts_for(Index n) {
  std::vector<Cuts> all{{{1, 1, n}, {1, n, 1}, {n, 1, 1}},
                        {{1, n, 1}, {1, n, 1}, {1, n, 1}},
                        {{}, {1, n, 1}, {}},
                        {{n, 1, 1}, {1, 1, n}, {1, n, 1}}};
  for (Index part : {2, 3, 4})
    if (n % part == 0 && n > part)
      all.push_back({{n / part, part, 1}, {1, part, n / part}, {part, n / part, 1}});
  return all;
}

void check_same_bits(const Backend& backend, const boost::mpi::communicator& world) {
  for (const MpiSettings settings : {MpiSettings{}, MpiSettings{.shared_memory = false}})
    for (Index batch : {1, 3, 32}) {
      const std::vector<float> x = numbers(batch * 61, 3);
      Alone alone;
      const std::vector<float> expected =
          forward(plan(trace(Layers{}, {{{batch, 61}}}), 1), backend, alone, x);
      MpiCommunication communication(world, settings);
      for (const Cuts& cuts : cuts_for(world.size())) {
        CAPTURE(batch);
        CAPTURE(text(cuts.second));
        const Plan p = plan(trace(Layers{cuts}, {{{batch, 61}}}), world.size());
        const std::vector<float> y = forward(p, backend, communication, x);
        REQUIRE(y.size() == expected.size());
        CHECK(std::memcmp(y.data(), expected.data(), y.size() * sizeof(float)) == 0);
      }
      const std::vector<float> row(x.begin(), x.begin() + 61);  // a batch of its first row
      const std::vector<float> first =
          forward(plan(trace(Layers{}, {{{1, 61}}}), 1), backend, alone, row);
      CHECK(std::memcmp(first.data(), expected.data(), first.size() * sizeof(float)) == 0);
    }
}

}  // namespace

MPI_TEST_CASE("the reference gives the same bits for any cut, if asked", tenon_test::all_ranks) {
  check_same_bits(Reference{{.reproducible = true}}, world);
}

MPI_TEST_CASE("the cpu gives the same bits for any cut and any threads, if asked",
              tenon_test::all_ranks) {
  check_same_bits(Cpu{{.reproducible = true}}, world);
  const std::vector<float> x = numbers(32 * 61, 3);
  const Plan p = plan(trace(Layers{}, {{{32, 61}}}), 1);
  Alone alone;
  const std::vector<float> one = forward(p, Cpu{{.reproducible = true}}, alone, x);
  const std::vector<float> two = forward(p, Cpu{{.threads = 2, .reproducible = true}}, alone, x);
  CHECK(std::memcmp(one.data(), two.data(), one.size() * sizeof(float)) == 0);
  const std::vector<float> law = forward(p, Reference{}, alone, x);
  REQUIRE(law.size() == one.size());
  for (std::size_t i = 0; i < law.size(); ++i)
    CHECK(std::abs(one[i] - law[i]) < 1e-4f * (1 + std::abs(law[i])));
}

MPI_TEST_CASE("what a reproducible backend cannot add in one order is refused", 4) {
  struct Sum {
    constexpr Value construct(Value x) const {
      ReduceSum sum(Dims{1});
      sum.shard({Dims{1, 4}});
      return sum(x);
    }
  };
  const Plan p = plan(trace(Sum{}, {{{8, 16}}}), world.size());
  REQUIRE(!p.finding);
  MpiCommunication communication(world);
  Parameters parameters(view(p));
  const std::string text = error_of(
      [&] { Executor(view(p), Reference{{.reproducible = true}}, communication, parameters); });
  CHECK(text.find("adds over 4 ranks in their order") != text.npos);
}
