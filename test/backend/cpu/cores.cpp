// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/backend/cpu/cores.hpp>

using namespace tenon;

namespace {

std::string of(const std::vector<CoreNumbers>& ranks, int threads, int node) {
  return advice(ranks, threads, node);
}

}  // namespace

TEST_CASE("advice: nothing where each thread has its core, or where cores are unknown") {
  CHECK(of({{0}, {1}}, 1, 2) == "");
  CHECK(of({{0, 1}, {0, 1}}, 1, 2) == "");  // not bound
  CHECK(of({{0, 1}, {2, 3}}, 2, 4) == "");
  CHECK(of({{0, 1, 2}}, 3, 3) == "");
  CHECK(of({{}, {0}}, 1, 2) == "");
  CHECK(of({}, 1, 2) == "");
}

TEST_CASE("advice: more threads than cores") {
  CHECK(of(std::vector<CoreNumbers>(8, CoreNumbers{0, 1}), 1, 2) ==
        "8 ranks with 1 thread each share 2 cores; mpirun -n 2 would give each its own");
  CHECK(of({{0, 1}, {0, 1}}, 2, 2) ==
        "2 ranks with 2 threads each share 2 cores; Cpu{{.threads = 1}} would give each its own");
  CHECK(of({{0, 1}}, 3, 2) ==
        "1 rank with 3 threads shares 2 cores; Cpu{{.threads = 2}} would give each its own");
}

TEST_CASE("advice: ranks bound to the same cores though others are free") {
  CHECK(of({{0}, {0}}, 1, 2) ==
        "2 ranks with 1 thread each share 1 core of 2; "
        "mpirun --map-by slot:PE=1 --bind-to core gives each its own");
  CHECK(of({{0}, {1}}, 2, 4) ==
        "2 ranks with 2 threads each share 2 cores of 4; "
        "mpirun --map-by slot:PE=2 --bind-to core gives each its own");
}

TEST_CASE("advice: idle cores") {
  CHECK(of({{0, 1, 2, 3}}, 1, 4) ==
        "1 rank with 1 thread leaves 3 cores of 4 idle; Cpu{{.threads = 4}} with "
        "mpirun --map-by slot:PE=4 --bind-to core uses all");
  CHECK(of({{0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}}, 1, 5) ==
        "2 ranks with 1 thread each leave 3 cores of 5 idle; Cpu{{.threads = 2}} with "
        "mpirun --map-by slot:PE=2 --bind-to core uses more");
}
