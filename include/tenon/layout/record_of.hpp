// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A distribution in MindSpore's spelling: the coarsest device matrix whose axes spell its digits.
///   record_of(whole({784, 512}).cut(1, {{2, 2}}), 8) is [2, 2, 2], map [-1, 1], of [784, 512]
#include <optional>

#include <tenon/layout/record.hpp>

namespace tenon {

/// Law: lower(*record_of(x, devices)) == x. Nothing where the digits are no axes of one matrix of
/// that many devices.  @pre no partial sum
constexpr std::optional<LayoutRecord> record_of(const Distribution& x, Index devices) {
  Vector<Index, 40> borders{1, devices};  // products of the axes from the right
  for (const Cut& cut : x.cuts) {
    borders.push_back(cut.digit.stride);
    borders.push_back(cut.digit.stride * cut.digit.parts);
  }
  for (int i = 1; i < borders.size(); ++i)
    for (int j = i; j > 0 && borders[j - 1] > borders[j]; --j) {
      const Index larger = borders[j - 1];
      borders[j - 1] = borders[j], borders[j] = larger;
    }
  for (int i = borders.size() - 1; i > 0; --i)
    if (borders[i] == borders[i - 1]) borders.erase(i);
  if (borders.back() > devices) return std::nullopt;
  LayoutRecord record{{}, {}, x.shape};
  for (int i = borders.size() - 1; i > 0; --i) {
    if (borders[i] % borders[i - 1]) return std::nullopt;
    record.device_matrix.push_back(borders[i] / borders[i - 1]);
  }
  if (record.device_matrix.empty()) record.device_matrix.push_back(1);
  for (int d = 0; d < x.shape.size(); ++d) {
    Axes axes;
    for (const Digit& digit : x.digits(d))  // its axes, the most significant first
      for (int i = borders.size() - 2; i >= 0; --i)
        if (borders[i] >= digit.stride && borders[i] < digit.stride * digit.parts)
          axes.push_back(i);
    record.tensor_map.push_back(axes.empty() ? Axes{-1} : axes);
  }
  return record;
}

}  // namespace tenon
