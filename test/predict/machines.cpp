// SPDX-License-Identifier: Apache-2.0
// The search's Ascend server is made of the numbers that prices of plans are made of.
#include <doctest/doctest.h>

#include <tenon/predict/links.hpp>
#include <tenon/search/machines.hpp>

#include <tenon/backend/ascend/chip/chips.hpp>

using namespace tenon;

TEST_CASE("the machine ascend910 has the chip's numbers") {
  const AscendChip chip = ascend_chip("ascend910");
  const Links links(chip);
  constexpr tenon::Machine server = Ascend910Server::machine;
  const double macs_a_second = chip.macs_float16 * chip.cube_cores * chip.clock * 1e9;
  CHECK(server.flops == doctest::Approx(2 * macs_a_second).epsilon(.03));
  CHECK(server.memory_rate == doctest::Approx(chip.hbm_rate * 1e9));
  CHECK(server.memory == double(chip.hbm));
  CHECK(server.node_ranks == links.of_server.whole());
  CHECK(1 / server.inside.rate == doctest::Approx(links.hccs.cost().byte));
  CHECK(server.inside.message == doctest::Approx(links.hccs.cost().latency));
  CHECK(server.inside.exchange == doctest::Approx(links.start * 1e-6));
  CHECK(server.between.rate == doctest::Approx(8 * links.roce.rate * 1e9));
  CHECK(server.between.message == doctest::Approx(links.roce.cost().latency));
}
