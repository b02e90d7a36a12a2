// SPDX-License-Identifier: Apache-2.0
// No allocation in a forward after the first. The C library's allocations are counted, which those
// of C++ are made of; what MPI takes inside its own calls is MPI's.
#include <cerrno>
#include <cstdlib>
#if __has_include(<mm_malloc.h>)
#include <mm_malloc.h>  // clang's declares posix_memalign, and must do so before it is defined
#endif

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/pipeline.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/add.hpp>
#include <tenon/network/operators/gelu.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/run/executor.hpp>

#include "../support/random_forward.hpp"
#include "backends.hpp"
#include "mpi.hpp"
#include "mpi_calls.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define TENON_MALLOC_IS_TAKEN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TENON_MALLOC_IS_TAKEN
#endif
#endif

#ifndef TENON_MALLOC_IS_TAKEN
namespace {

using tenon::test::inside_mpi;

// volatile: clang takes it that `new` changes no variable of this file
thread_local volatile bool counting = false;  // on this thread, outside of MPI
thread_local volatile int allocations = 0;

void count_one() {
  if (counting && !inside_mpi()) allocations = allocations + 1;
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) noexcept { return count_one(), __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) noexcept {
  return count_one(), __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) noexcept {
  return count_one(), __libc_realloc(old, size);
}
void* memalign(std::size_t border, std::size_t size) noexcept {
  return count_one(), __libc_memalign(border, size);
}
void* aligned_alloc(std::size_t border, std::size_t size) noexcept {
  return memalign(border, size);
}
int posix_memalign(void** memory, std::size_t border, std::size_t size) noexcept {
  *memory = memalign(border, size);
  return *memory ? 0 : ENOMEM;
}
}

using namespace tenon;
using namespace tenon::test;

namespace {
int allocations_in(auto&& action) {
  allocations = 0;
  counting = true;
  action();
  counting = false;
  return allocations;
}
}  // namespace

TEST_CASE("allocations of C and C++ are counted") {
  void* volatile kept = nullptr;
  CHECK(allocations_in([&] { kept = std::malloc(10); }) == 1);
  std::free(kept);
  CHECK(allocations_in([&] { kept = new std::byte[100]; }) == 1);
  delete[] static_cast<std::byte*>(kept);
  CHECK(allocations_in([&] { kept = ::operator new(100, std::align_val_t(64)); }) == 1);
  ::operator delete(kept, std::align_val_t(64));
  CHECK(allocations_in([&] { kept = std::calloc(3, 3); }) == 1);
  std::free(kept);
  CHECK(allocations_in([] {}) == 0);
}

MPI_TEST_CASE("a forward after the first allocates nothing, on any number of ranks",
              tenon_test::all_ranks) {
  MpiCommunication communication(world);
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    for (const Backend* backend : backends()) {
      RandomNetwork network(seed, 8, world.size());
      const Plan p = random_plan(network, seed, world.size());
      RandomForward forward(p, network, *backend, communication);
      CAPTURE(seed);
      forward.run();  // kernels pack the parameters in the first
      CHECK(allocations_in([&] { forward.run(); }) == 0);
    }
}

MPI_TEST_CASE("a forward of large products allocates nothing", tenon_test::all_ranks) {
  struct Layers {
    Index devices;
    constexpr Value construct(Value x) const {
      Dense a("a", 700, 512), b("b", 512, 300, Dense::transposed);
      a.matmul.shard({{1, 1}, {1, devices}});
      b.matmul.shard({{1, devices}, {1, devices}});
      return gelu(b(relu(a(x))));
    }
  };
  const Graph graph = trace(Layers{world.size()}, {{{129, 700}}});
  const Plan p = plan(graph, world.size());
  REQUIRE(!p.finding);
  MpiCommunication communication(world);
  Parameters parameters(view(p));
  Executor executor(view(p), cpu(), communication, parameters);
  const std::vector<float> x(129 * 700);
  const void* const inputs[] = {x.data()};
  executor.run(inputs);  // kernels pack the parameters in the first
  for (int times = 0; times < 2; ++times) CHECK(allocations_in([&] { executor.run(inputs); }) == 0);
}

namespace {
struct StagedLayers {
  Dense a{"a", 24, 24}, b{"b", 24, 24}, c{"c", 24, 5};
  constexpr explicit StagedLayers(Index ranks) {
    if (ranks == 1) return;
    a.pipeline_stage = 0, b.pipeline_stage = 1, c.pipeline_stage = ranks % 3 ? 1 : 2;
  }
  constexpr auto construct(auto x) const {  // a's result goes past b
    const auto first = relu(a(x));
    return c(add(relu(b(first)), first));
  }
};
template <class... How>
using StagedModelOf = Model<StagedLayers, Inputs<Input<6, 24>, How...>, AnyOf<1, 2, 3, 4, 6, 8>>;

template <class StagedModel>
int allocations_of_predicting(StagedModel& model, const std::vector<float>& x) {
  model.predict(x);
  return allocations_in([&] {
    for (int again = 0; again < 20; ++again) model.predict(x);
  });
}
}  // namespace

MPI_TEST_CASE("a pipeline's forward after the first allocates nothing, on any number of ranks",
              tenon_test::all_ranks) {
  const std::vector<float> x(6 * 24, 1.f), fewer(3 * 24, 1.f);
  for (const bool shared_memory : {true, false}) {
    CAPTURE(shared_memory);
    const MpiSettings how{.shared_memory = shared_memory};
    StagedModelOf<> model(world, Cpu{}, how);
    StagedModelOf<MicroBatches<3>, PipelineResultBroadcast> in_parts(world, Cpu{}, how);
    CHECK(allocations_of_predicting(model, x) == 0);
    CHECK(allocations_of_predicting(model, fewer) == 0);
    CHECK(allocations_of_predicting(in_parts, x) == 0);
    CHECK(allocations_of_predicting(in_parts, fewer) == 0);
  }
}

MPI_TEST_CASE("ten thousand forwards allocate nothing", tenon_test::all_ranks) {
  struct Layers {
    Index devices;
    constexpr Value construct(Value x) const {
      Dense a("a", 64, 48), b("b", 48, 10);
      a.matmul.shard({{1, 1}, {1, devices}});
      b.matmul.shard({{1, devices}, {devices, 1}});
      return b(relu(a(x)));
    }
  };
  const Plan p = plan(trace(Layers{world.size()}, {{{1, 64}}}), world.size());
  REQUIRE(!p.finding);
  MpiCommunication communication(world);
  Parameters parameters(view(p));
  Executor executor(view(p), cpu(), communication, parameters);
  const std::vector<float> x(64);
  const void* const inputs[] = {x.data()};
  executor.run(inputs);
  CHECK(allocations_in([&] {
          for (int times = 0; times < 10000; ++times) executor.run(inputs);
        }) == 0);
}
#endif
