// SPDX-License-Identifier: Apache-2.0
#include <tenon/predict/topology.hpp>

#include <doctest/doctest.h>

#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/io/rank_table.hpp>

#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

const std::string rank_tables = TENON_TEST_DATA "/rank_tables/";

Topology topology_of(const AscendChip& chip, const std::string& text) {
  return {chip, parse_rank_table(text, "table.json")};
}

}  // namespace

TEST_CASE("an Atlas 800 has two quads, PCIe between them, and RoCE to other servers") {
  const Topology t(Ascend910(), 20);
  CHECK(t.size() == 20);
  for (Index a = 0; a < 20; ++a)
    for (Index b = 0; b < 20; ++b) {
      const LinkKind expected = a == b           ? LinkKind::none
                                : a / 8 != b / 8 ? LinkKind::roce
                                : a / 4 == b / 4 ? LinkKind::hccs
                                                 : LinkKind::pcie;
      CHECK(t.between(a, b) == expected);
    }
  CHECK(t.slowest({0, 1, 2, 3}) == LinkKind::hccs);
  CHECK(t.slowest({1, 3, 5}) == LinkKind::pcie);
  CHECK(t.slowest({0, 4, 8}) == LinkKind::roce);
  CHECK(t.slowest({2}) == LinkKind::none);
  CHECK(t.by_server({1, 9, 3, 17, 8}) == std::vector<std::vector<Index>>{{1, 3}, {9, 8}, {17}});
}

TEST_CASE("an Atlas 800T A2 joins each of its devices with each; without HCCS it is PCIe") {
  const Topology t(Ascend910B1(), 16), pcie(Ascend310P(), 4);
  for (Index a = 0; a < 16; ++a)
    for (Index b = 0; b < 16; ++b)
      if (a != b) CHECK(t.between(a, b) == (a / 8 == b / 8 ? LinkKind::hccs : LinkKind::roce));
  CHECK(pcie.between(0, 1) == LinkKind::pcie);
  CHECK(pcie.cost(LinkKind::pcie).byte > 0);
  CHECK(error_of([&] { pcie.cost(LinkKind::hccs); }) == "tenon: ascend310p has no HCCS");
}

TEST_CASE("a rank table says which device each rank is") {
  const Topology t(Ascend910(), read_rank_table(rank_tables + "two_servers.json"));
  REQUIRE(t.size() == 4);
  CHECK(t.between(0, 1) == LinkKind::hccs);  // devices 0 and 1
  CHECK(t.between(2, 3) == LinkKind::hccs);  // devices 4 and 5 of the other server
  CHECK(t.between(1, 2) == LinkKind::roce);
  const std::string one = R"({"status": "completed", "version": "1.0", "server_count": "1",
    "server_list": [{"server_id": "s", "device": [{"device_id": "3", "rank_id": "0"},
                                                  {"device_id": "%", "rank_id": "1"}]}]})";
  const auto with = [&](const std::string& id) {
    return std::string(one).replace(one.find('%'), 1, id);
  };
  CHECK(topology_of(Ascend910(), with("4")).between(0, 1) == LinkKind::pcie);
  CHECK(topology_of(Ascend910B1(), with("4")).between(0, 1) == LinkKind::hccs);
  CHECK(error_of([&] { topology_of(Ascend910(), with("8")); }) ==
        "tenon: table.json: device 8 of server s; legal: 0 to 7");
  CHECK(error_of([] { Topology(Ascend910(), 0); }) == "tenon: 0 devices; legal: 1 to 4096");
}

TEST_CASE("links have the chip's rates where they are reached, and every number a source") {
  const Links links(Ascend910()), of_b(Ascend910B1());
  CHECK(links.hccs.cost().byte == doctest::Approx(1 / 30e9).scale(1e-12));
  CHECK(links.roce.cost().byte == doctest::Approx(1 / 12e9).scale(1e-12));
  CHECK(of_b.roce.cost().byte == doctest::Approx(1 / 24e9).scale(1e-12));
  CHECK(links.hccs.cost().byte < links.pcie.cost().byte);
  CHECK(links.pcie.cost().byte < links.roce.cost().byte);
  for (const Links& all : {links, of_b})
    for (const LinkKind kind : {LinkKind::hccs, LinkKind::pcie, LinkKind::roce})
      for (const ChipValue& v :
           {all.of(kind).rate, all.of(kind).latency, all.of(kind).reduce_rate}) {
        CHECK(v.value > 0);
        CHECK((!v.unit.empty() && !v.source.empty()));
      }
}
