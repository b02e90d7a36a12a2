// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How far published times are from estimates: of ten tasks of a family, eight are no further.
///   band_of("library matmul") == 0.37
#include <string_view>

namespace tenon {

struct FamilyBand {
  std::string_view family;
  double p80;  // by fits without the source of each: test/data/ascend/fitted.json
};

inline constexpr FamilyBand family_bands[] = {
    {"matmul kernels", 0.39}, {"copies", 0.2},
    {"add kernels", 0.2},  // of two tasks: the copies' share
    {"library matmul", 0.37}, {"element-wise library", 0.25},
};
/// Of too few published times to be fitted: how far those that there are lie.
inline constexpr FamilyBand other_bands[] = {
    {"softmax", 1.5}, {"functions of lines", 1.5}, {"transpositions", 1.1}, {"convolutions", 1}};

constexpr bool has_published_times(std::string_view family) {
  for (const FamilyBand& band : family_bands)
    if (band.family == family) return true;
  return false;
}

constexpr double band_of(std::string_view family) {
  for (const FamilyBand& band : family_bands)
    if (band.family == family) return band.p80;
  for (const FamilyBand& band : other_bands)
    if (band.family == family) return band.p80;
  return 1;
}

}  // namespace tenon
