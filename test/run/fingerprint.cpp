// SPDX-License-Identifier: Apache-2.0
#include <tenon/run/fingerprint.hpp>

#include <doctest/doctest.h>

#include <set>

#include <tenon/network/operators/layer_norm.hpp>
#include <tenon/plan/planner.hpp>

#include "../plan/random_network.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("different plans have different fingerprints, equal plans equal ones") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto make = [&] { return plan(RandomNetwork(seed, 8, 4).graph, 4); };
    const Plan p = make();
    CHECK(fingerprint(view(p)) == fingerprint(view(make())));
    CHECK(seen.insert(fingerprint(view(p))).second);
  }
}

TEST_CASE("an operator's numbers are part of the fingerprint") {
  struct Norm {
    double epsilon;
    Value construct(Value x) const {
      const Value gamma = parameter(*x.graph, "a", "gamma", {4});
      const Value beta = parameter(*x.graph, "a", "beta", {4});
      return LayerNorm(-1, epsilon)(x, gamma, beta);
    }
  };
  const Plan a = plan(trace(Norm{1e-5}, {{{8, 4}}}), 2), b = plan(trace(Norm{1e-7}, {{{8, 4}}}), 2);
  CHECK(fingerprint(view(a)) != fingerprint(view(b)));
}
