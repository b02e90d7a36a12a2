// SPDX-License-Identifier: Apache-2.0
// A plan's budgets are what is really sent and allocated, on every rank.
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include <tenon/backend/memory.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/plan/constant.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/run/executor.hpp>

#include "../../examples/network.hpp"
#include "../plan/random_network.hpp"
#include "mpi.hpp"
#include "mpi_calls.hpp"

namespace {

/// Bytes on borders of cache lines that are allocated and not yet freed, and the most so far.
struct AlignedBytes {
  tenon::Index now = 0, most = 0;
};
AlignedBytes aligned_bytes;

/// Of everything else that C++ allocates: what there is at once, as the C library rounds it.
struct HeapBytes {
  std::atomic<tenon::Index> now{0}, most{0};
};
HeapBytes heap_bytes;

void* allocate(std::size_t size) {
  void* memory = std::malloc(size ? size : 1);
  if (!memory) return nullptr;
  const tenon::Index now = heap_bytes.now += tenon::Index(malloc_usable_size(memory));
  if (now > heap_bytes.most) heap_bytes.most = now;
  return memory;
}
void* allocate_or_throw(std::size_t size) {
  if (void* memory = allocate(size)) return memory;
  throw std::bad_alloc();
}
void free_heap(void* memory) {
  if (memory) heap_bytes.now -= tenon::Index(malloc_usable_size(memory));
  std::free(memory);
}

/// What lies before such memory: how much it is.
constexpr std::size_t cache_line = 64;

void* allocate_aligned(std::size_t size, std::align_val_t border) {
  if (std::size_t(border) != cache_line) return std::aligned_alloc(std::size_t(border), size);
  void* memory =
      std::aligned_alloc(cache_line, (size + 2 * cache_line - 1) / cache_line * cache_line);
  if (!memory) return nullptr;
  *static_cast<std::size_t*>(memory) = size;
  aligned_bytes.now += tenon::Index(size);
  aligned_bytes.most = std::max(aligned_bytes.most, aligned_bytes.now);
  return static_cast<std::byte*>(memory) + cache_line;
}
void free_aligned(void* data, std::align_val_t border) {
  if (data && std::size_t(border) == cache_line) {
    data = static_cast<std::byte*>(data) - cache_line;
    aligned_bytes.now -= tenon::Index(*static_cast<std::size_t*>(data));
  }
  std::free(data);
}

}  // namespace

void* operator new(std::size_t size) { return allocate_or_throw(size); }
void* operator new[](std::size_t size) { return allocate_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* data) noexcept { free_heap(data); }
void operator delete[](void* data) noexcept { free_heap(data); }
void operator delete(void* data, std::size_t) noexcept { free_heap(data); }
void operator delete[](void* data, std::size_t) noexcept { free_heap(data); }
void operator delete(void* data, const std::nothrow_t&) noexcept { free_heap(data); }
void operator delete[](void* data, const std::nothrow_t&) noexcept { free_heap(data); }

// Arenas and parameters are arrays of bytes on such borders (backend/memory.hpp).
void* operator new[](std::size_t size, std::align_val_t border, const std::nothrow_t&) noexcept {
  return allocate_aligned(size, border);
}
void* operator new[](std::size_t size, std::align_val_t border) {
  if (void* data = allocate_aligned(size, border)) return data;
  throw std::bad_alloc();
}
void operator delete[](void* data, std::align_val_t border) noexcept { free_aligned(data, border); }
void operator delete[](void* data, std::size_t, std::align_val_t border) noexcept {
  free_aligned(data, border);
}
void operator delete[](void* data, std::align_val_t border, const std::nothrow_t&) noexcept {
  free_aligned(data, border);
}

using namespace tenon;
using namespace tenon::test;

namespace {

const Reference reference_backend;

/// Passes exchanges on, and writes down what their programs say that this rank gives and takes.
class Recording : public Communication {
 public:
  explicit Recording(Communication& communication) : communication_(communication) {}

  Index messages = 0, bytes_sent = 0, bytes_received = 0;  // of the exchanges that were run

  int rank() const override { return communication_.rank(); }
  int size() const override { return communication_.size(); }
  std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs, std::span<std::byte> scratch,
                                    int tag) override {
    auto recorded = std::make_unique<RecordedExchange>();
    const ExchangeProgram program = programs(rank());
    const Index size = tenon::bytes(program.element);
    for (const ExchangeProgram::Gift& gift : program.gifts)
      ++recorded->messages, recorded->sent += gift.from.volume() * size;
    for (const ExchangeProgram::Piece& piece : program.pieces)
      if (!piece.own) recorded->received += piece.to.volume() * size;
    recorded->exchange = communication_.prepare(programs, scratch, tag);
    recorded->all = this;
    return recorded;
  }
  void together(const std::function<void()>& what) override { communication_.together(what); }
  std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> numbers) override {
    return communication_.all_gather(numbers);
  }
  std::vector<int> node() override { return communication_.node(); }
  void send(std::span<const std::byte> data, int to) override { communication_.send(data, to); }
  void receive(std::span<std::byte> data, int from) override { communication_.receive(data, from); }

 private:
  struct RecordedExchange : Exchange {
    std::unique_ptr<Exchange> exchange;
    Recording* all = nullptr;
    Index messages = 0, sent = 0, received = 0;
    std::byte* source() override { return exchange->source(); }
    const std::byte* run(const void* x, void* y, const Finish& finish) override {
      all->messages += messages, all->bytes_sent += sent, all->bytes_received += received;
      return exchange->run(x, y, finish);
    }
  };
  Communication& communication_;
};

/// One forward of a plan; what is allocated for it, written down and asked of MPI is as it says.
void check_budgets(const PlanView& p, const std::vector<Whole>& wholes,
                   Communication& communication, bool by_messages) {
  const Index rank = communication.rank();
  std::vector<std::vector<std::byte>> blocks;
  std::vector<const void*> inputs;
  for (std::size_t i = 0; i < wholes.size(); ++i) {
    blocks.push_back(block_of(wholes[i], p.buffer(p.inputs[i]).distribution.box(rank)));
    inputs.push_back(blocks.back().data());
  }
  REQUIRE(p.arena < Memory::huge_page);  // what is larger is no array
  REQUIRE(p.parameters < Memory::huge_page);
  Recording recording(communication);
  aligned_bytes.most = aligned_bytes.now;
  const AlignedBytes before = aligned_bytes;
  Parameters parameters(p);
  Executor executor(p, reference_backend, recording, parameters);
  const MpiCalls calls_before = mpi_calls();
  executor.run(inputs);
  const MpiCalls calls = mpi_calls() - calls_before;
  CHECK(recording.messages == p.messages(rank));
  CHECK(recording.bytes_sent == p.bytes_sent(rank));
  CHECK(recording.bytes_received == p.bytes_received(rank));
  CHECK(calls.others == 0);
  if (!by_messages) {  // in the memory of the node alone
    CHECK(calls.sends == 0);
    CHECK(calls.receives == 0);
    return;
  }
  CHECK(aligned_bytes.most - before.now == p.peak_memory());
  CHECK(calls.sends == p.messages(rank));
  CHECK(calls.sent_bytes == p.bytes_sent(rank));
  CHECK(calls.received_bytes == p.bytes_received(rank));
}

}  // namespace

MPI_TEST_CASE("a plan's budgets are what MPI is asked to send and what is allocated, on every rank",
              tenon_test::all_ranks) {
  MpiCommunication messages(world, MpiSettings{.shared_memory = false});
  MpiCommunication memory(world);
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    RandomNetwork network(seed, 8, world.size());
    PlanOptions options;
    if (seed % 3 == 1) options.output = PlanOptions::Output::as_computed;
    if (seed % 4 == 1)
      for (const Whole& x : network.inputs)
        options.inputs.push_back(whole(x.shape).cut(0, {{world.size(), 1}}));
    const Plan p = plan(network.graph, world.size(), options);
    REQUIRE(!p.finding);
    check_budgets(view(p), network.inputs, messages, true);
    check_budgets(view(p), network.inputs, memory, false);
  }
}

MPI_TEST_CASE("calls of MPI that move data another way are seen", 2) {
  const int other = 1 - world.rank();
  int x = 1, y = 0;
  const auto others_in = [&](auto&& call) {
    const MpiCalls before = mpi_calls();
    call();
    return (mpi_calls() - before).others;
  };
  CHECK(others_in([&] { MPI_Bcast(&x, 1, MPI_INT, 0, world); }) == 1);
  CHECK(others_in([&] { MPI_Allreduce(&x, &y, 1, MPI_INT, MPI_SUM, world); }) == 1);
  CHECK(others_in([&] {
          MPI_Sendrecv(&x, 1, MPI_INT, other, 0, &y, 1, MPI_INT, other, 0, world,
                       MPI_STATUS_IGNORE);
        }) == 1);
  CHECK(others_in([&] { world.rank() ? world.send(0, 0, x) : (void)world.recv(1, 0, y); }) == 1);
  MPI_Win window;
  MPI_Win_create(&y, sizeof y, sizeof y, MPI_INFO_NULL, world, &window);
  MPI_Win_fence(0, window);
  CHECK(others_in([&] { MPI_Put(&x, 1, MPI_INT, other, 0, 1, MPI_INT, window); }) == 1);
  MPI_Win_fence(0, window);
  MPI_Win_free(&window);
  CHECK(others_in([&] { MPI_Barrier(world); }) == 0);
}

MPI_TEST_CASE("what is allocated besides a plan's memory does not grow with its blocks",
              tenon_test::all_ranks) {
  MpiCommunication messages(world, MpiSettings{.shared_memory = false});
  int grown = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Index besides[2] = {}, memory[2] = {}, steps[2] = {};
    for (int large = 0; large < 2; ++large) {
      RandomNetwork network(seed, large ? 1024 : 64, world.size());
      const Plan p = plan(network.graph, world.size());
      REQUIRE(!p.finding);
      std::vector<const void*> inputs;
      for (const Whole& x : network.inputs) inputs.push_back(x.memory.data());
      heap_bytes.most = heap_bytes.now.load();
      const Index before = heap_bytes.now;
      Parameters parameters(view(p));
      Executor executor(view(p), reference_backend, messages, parameters);
      executor.run(inputs);
      besides[large] = heap_bytes.most - before;
      memory[large] = p.peak_memory(), steps[large] = Index(p.steps.size());
    }
    CHECK(memory[1] > memory[0]);
    if (steps[0] != steps[1]) continue;  // a large sum is scattered and gathered
    CHECK(besides[1] <= besides[0] + 4096);  // of a small batch some pieces are empty
    grown += memory[1] > memory[0] + 65536;
  }
  CHECK(grown >= 3);
}

MPI_TEST_CASE("budgets of the tutorial's network are constants, and what its forward sends", 8) {
  constexpr const auto& p = plan_of<Network, Devices<8>, Input<4, 28, 28>>;
  static_assert(p.messages() <= 14 && p.bytes_sent() <= 4096);
  static_assert(p.peak_memory() < 3 << 20);
  MpiCommunication messages(world, MpiSettings{.shared_memory = false});
  Parameters parameters(view(p));
  Executor executor(view(p), reference_backend, messages, parameters);
  const std::vector<float> x(4 * 28 * 28);
  const void* const inputs[] = {x.data()};
  const MpiCalls before = mpi_calls();
  executor.run(inputs);
  const MpiCalls calls = mpi_calls() - before;
  CHECK(calls.sends == p.messages(world.rank()));
  CHECK(calls.sent_bytes == p.bytes_sent(world.rank()));
  CHECK(calls.others == 0);
}

MPI_TEST_CASE("between nodes no more bytes go than the plan counts between their ranks", 8) {
  MpiCommunication nodes(world, MpiSettings{.node = world.rank() / 4});
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    RandomNetwork network(seed, 8, world.size());
    const Plan p = plan(network.graph, world.size());
    REQUIRE(!p.finding);
    Parameters parameters(view(p));
    Executor executor(view(p), reference_backend, nodes, parameters);
    std::vector<const void*> inputs;
    for (const Whole& x : network.inputs) inputs.push_back(x.memory.data());
    const MpiCalls before = mpi_calls();
    executor.run(inputs);
    const std::uint64_t sent = std::uint64_t((mpi_calls() - before).sent_bytes);
    Index all = 0, planned = 0;
    for (std::uint64_t bytes : nodes.all_gather({&sent, 1})) all += Index(bytes);
    for (Index rank = 0; rank < 8; ++rank) planned += view(p).bytes_sent(rank);
    CHECK(all <= planned);
  }
}
