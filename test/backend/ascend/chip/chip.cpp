// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/chip/chips.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "../../../support/error_of.hpp"

using namespace tenon;

TEST_CASE("every number of every chip has its unit, its source and a confidence") {
  std::set<std::string> names;
  for (const AscendChip& chip : ascend_chips()) {
    CAPTURE(chip.name);
    CHECK_NOTHROW(check(chip));
    CHECK(names.insert(chip.name).second);
    CHECK(ascend_chip(chip.name) == chip);
  }
  CHECK(names.size() == 4);
  // Each member stands once in the table: the chip has room for no other number.
  std::set<std::string_view> quantities;
  for (const ChipQuantity& quantity : chip_quantities) quantities.insert(quantity.name);
  CHECK(quantities.size() == std::size(chip_quantities));
  CHECK(sizeof(AscendChip) <= std::size(chip_quantities) * sizeof(ChipValue) + 64);
}

TEST_CASE("910 and 910B differ in structure and in size") {
  const AscendChip old = Ascend910(), young = Ascend910B1();
  CHECK(old.fix_pipe == 0);
  CHECK(young.fix_pipe == 1);
  CHECK(old.vector_cores == old.cube_cores);
  CHECK(young.vector_cores == 2 * young.cube_cores);
  CHECK(old.l0c == 2 * young.l0c);
  CHECK(old.l1 == 2 * young.l1);
  CHECK(old.bt == 0);
  CHECK(old.nd_to_nz == 0);
  // 256 TFLOPS and 140 TOPS as their briefs say.
  const auto peak = [](const AscendChip& c, const ChipValue& macs) {
    return 2 * macs * c.cube_cores * c.clock * 1e9;
  };
  CHECK(peak(old, old.macs_float16) == doctest::Approx(256e12).epsilon(0.03));
  const AscendChip inference = Ascend310P();
  CHECK(peak(inference, inference.macs_int8) == doctest::Approx(140e12).epsilon(0.03));
  CHECK(!old.validated);
  CHECK(young.validated);
}

TEST_CASE("a wrong number of a chip is an error with its name") {
  const auto error_with = [](auto change) {
    AscendChip chip = Ascend910B1();
    change(chip);
    return test::error_of([&] { check(chip); });
  };
  CHECK(error_with([](AscendChip& c) { c.l1.value = -1; }) ==
        "tenon: chip ascend910b1, l1: -1.000000 instead of a number above 0");
  CHECK(error_with([](AscendChip& c) { c.clock.unit = "MHz"; }) ==
        "tenon: chip ascend910b1, clock: its unit is GHz, not MHz");
  CHECK(error_with([](AscendChip& c) { c.clock.unit.clear(); }) ==
        "tenon: chip ascend910b1, clock: its unit is GHz, not none");
  CHECK(error_with([](AscendChip& c) { c.hbm_rate.source.clear(); }) ==
        "tenon: chip ascend910b1, hbm_rate: its source is not said");
  CHECK(error_with([](AscendChip& c) { c.l0a.value = 0.5; }) ==
        "tenon: chip ascend910b1, l0a: 0.500000 instead of a whole number");
  CHECK(error_with([](AscendChip& c) { c.fix_pipe.value = 2; }) ==
        "tenon: chip ascend910b1, fix_pipe: 2.000000 instead of 0 or 1");
  CHECK(error_with([](AscendChip& c) { c.name.clear(); }) == "tenon: a chip has a name");
  CHECK(!error_with([](AscendChip& c) {
           c.launch.value = std::numeric_limits<double>::quiet_NaN();
         }).empty());
  CHECK(test::error_of([] { ascend_chip("ascend920"); }) ==
        "tenon: there is no chip ascend920: choose one of ascend910, ascend910b1, ascend910b2, "
        "ascend310p, or a .json file");
}
