// SPDX-License-Identifier: Apache-2.0
// The search's Ascend server is made of the numbers that prices of plans are made of.
#include <doctest/doctest.h>

#include <tenon/predict/chip_machine.hpp>
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

TEST_CASE("a chip's servers are the machine that strategies are searched for") {
  const auto close = [](double a, double b) { CHECK(a == doctest::Approx(b).epsilon(.03)); };
  const tenon::Machine own = machine_of(ascend_chip("ascend910"), PrecisionMode::force_fp16);
  constexpr tenon::Machine named = Ascend910Server::machine;
  close(own.flops, named.flops);
  CHECK(own.memory_rate == doctest::Approx(named.memory_rate));
  CHECK(own.memory == named.memory);
  CHECK(own.node_ranks == named.node_ranks);
  CHECK(own.inside.rate == doctest::Approx(named.inside.rate));
  CHECK(own.between.rate == doctest::Approx(named.between.rate));
  // 24 cubes of 4096 multiplications and additions a cycle, 1024 of float32.
  const AscendChip b1 = ascend_chip("ascend910b1");
  close(machine_of(b1, PrecisionMode::force_fp16).flops, 2 * 24 * 4096 * b1.clock * 1e9);
  close(machine_of(b1, PrecisionMode::must_keep_origin_dtype).flops,
        2 * 24 * 1024 * b1.clock * 1e9);
  CHECK(machine_of(b1, PrecisionMode::force_fp16).inside.rate == doctest::Approx(28e9));
  // No HCCS and no RoCE: PCIe inside, nothing between.
  const tenon::Machine cards = machine_of(ascend_chip("ascend310p"), PrecisionMode::force_fp16);
  CHECK(cards.inside.rate == doctest::Approx(19.3e9));
  CHECK(!cards.between.stated());
}

TEST_CASE("a rank table says how many ranks a server has, or that a search cannot know") {
  const AscendChip chip = ascend_chip("ascend910b1");
  const auto table_of = [](std::initializer_list<Index> servers) {
    RankTable table{.path = "table.json", .servers = {{"a", "", ""}, {"b", "", ""}}, .ranks = {}};
    for (Index server : servers) table.ranks.push_back({server, Index(table.ranks.size()) % 2, ""});
    return table;
  };
  const auto node_ranks_of = [&](const RankTable& table) {
    return machine_of(chip, PrecisionMode::force_fp16, table).node_ranks;
  };
  CHECK(node_ranks_of(table_of({0, 0, 1, 1})) == 2);
  CHECK(node_ranks_of(table_of({0, 1})) == 1);
  CHECK(node_ranks_of(table_of({0, 0, 0})) == 3);
  for (const auto& servers : {table_of({0, 0, 1}), table_of({0, 1, 0, 1}), table_of({0, 1, 1, 0})})
    CHECK_THROWS_WITH_AS(node_ranks_of(servers),
                         doctest::Contains("is on server"), Error);
}
