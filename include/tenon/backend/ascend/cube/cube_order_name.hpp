// SPDX-License-Identifier: Apache-2.0
#pragma once
/// In which order a simulated cube adds, and where it rounds:  text(CubeOrder::step16) == "step16"
/// What the silicon does inside a step of 16 is not public.
#include <cstdint>
#include <string_view>

namespace tenon {

enum class CubeOrder : std::uint8_t {
  step16,          // a step's sum is exact, and rounded with the accumulator's, once
  step16_rounded,  // a step's sum is rounded to float32, then added in float32
  sequential,      // each product by itself, rounded once a product
};

inline constexpr int cube_orders = 3;

constexpr std::string_view text(CubeOrder order) {
  constexpr std::string_view names[] = {"step16", "step16-rounded", "sequential"};
  return names[int(order)];
}

}  // namespace tenon
