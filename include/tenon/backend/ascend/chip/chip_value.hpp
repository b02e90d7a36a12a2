// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A number of a machine and how far it can be trusted:
///   ChipValue{524288, "bytes", "asc-tools, ascend910B1_ini.h", Confidence::high}
#include <cstdint>
#include <string>
#include <string_view>

namespace tenon {

/// high: a vendor's document or source; medium: secondary, or with an unstated condition; low: one
/// secondary note; fitted: to published times; assumed: another chip's, for want of its own.
enum class Confidence : std::uint8_t { high, medium, low, fitted, assumed };

constexpr std::string_view text(Confidence confidence) {
  constexpr std::string_view names[] = {"high", "medium", "low", "fitted", "assumed"};
  return names[int(confidence)];
}

struct ChipValue {
  double value = 0;
  std::string unit, source;
  Confidence confidence = Confidence::low;

  bool operator==(const ChipValue&) const = default;
  operator double() const { return value; }
  std::int64_t whole() const { return std::int64_t(value); }
};

}  // namespace tenon
