// SPDX-License-Identifier: Apache-2.0
// What a search may need at most: memory, and how many values may wait.
#include <doctest/doctest.h>
#include <malloc.h>

#include <cstdlib>
#include <new>

#include <tenon/network/operators.hpp>
#include <tenon/search/machines.hpp>

#include "brute_force.hpp"

namespace {

struct SearchHeap {
  std::size_t now = 0, most = 0;
};
SearchHeap search_heap;

void* allocate_counted(std::size_t size) {
  void* memory = std::malloc(size ? size : 1);
  if (!memory) throw std::bad_alloc();
  search_heap.now += malloc_usable_size(memory);
  if (search_heap.now > search_heap.most) search_heap.most = search_heap.now;
  return memory;
}
void free_counted(void* memory) {
  if (memory) search_heap.now -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return allocate_counted(size); }
void* operator new[](std::size_t size) { return allocate_counted(size); }
void operator delete(void* memory) noexcept { free_counted(memory); }
void operator delete[](void* memory) noexcept { free_counted(memory); }
void operator delete(void* memory, std::size_t) noexcept { free_counted(memory); }
void operator delete[](void* memory, std::size_t) noexcept { free_counted(memory); }

using namespace tenon;
using namespace tenon::test;

namespace {

/// So many products of one input, and behind them a product of each: their ways wait for each
/// other.
struct HeadsThatWait {
  int heads;
  Value construct(Value x) const {
    std::vector<Value> queries;
    for (int i = 0; i < heads; ++i)
      queries.push_back(relu(matmul(x, weight(x, "q", i, {64, 48}))));
    Value sum = matmul(queries[0], weight(x, "v", 0, {48, 64}));
    for (int i = 1; i < heads; ++i)
      sum = add(sum, matmul(queries[std::size_t(i)], weight(x, "v", i, {48, 64})));
    return sum;
  }
  static Value weight(Value x, const char* name, int i, const Dims& shape) {
    return parameter(*x.graph, name, std::to_string(i), shape);
  }
};

}  // namespace

TEST_CASE("as many values and ways may wait as the network has") {
  for (const int heads : {9, 40}) {
    const Graph graph = trace(HeadsThatWait{heads}, {{{16, 64}}});
    SearchOptions options;
    options.beam = 40;
    const Searched found = search(graph, 2, CpuNode::machine, options);
    REQUIRE(!found.finding);
    CHECK(planned_cost(found.apply(graph), 2, CpuNode::machine) == found.cost);
  }
}

TEST_CASE("the memory of a search is bounded in bytes, and what is found is still a plan") {
  const Graph graph = trace(HeadsThatWait{8}, {{{16, 64}}});
  const auto most_in = [&](Index bytes, Searched& found) {
    SearchOptions options;
    options.bytes = bytes;
    const std::size_t before = search_heap.most = search_heap.now;
    found = search(graph, 4, CpuNode::machine, options);
    return Index(search_heap.most - before);
  };
  Searched wide, narrow;
  const Index table = Index(1) << 20;  // of layouts, and ways between them
  CHECK(most_in(Index(1) << 28, wide) > (Index(1) << 21) + table);
  CHECK(most_in(Index(1) << 21, narrow) < (Index(1) << 21) + table);
  for (const Searched& found : {wide, narrow}) {
    REQUIRE(!found.finding);
    CHECK(!found.exact);
    CHECK(planned_cost(found.apply(graph), 4, CpuNode::machine) == found.cost);
  }
  CHECK(wide.cost <= narrow.cost);
}
