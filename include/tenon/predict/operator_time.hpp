// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What is said of an operator's time: never one number.
///   time.roofline.bound() <= time.time.task;  time.time.task <= time.upper
#include <string>

#include <tenon/backend/ascend/chip/chip_quantities.hpp>
#include <tenon/backend/ascend/time/roofline.hpp>
#include <tenon/predict/family_band.hpp>

namespace tenon {

struct OperatorTime {
  AscendTime time;
  Roofline roofline;
  std::string family;  // of published times, from which the band is
  double band = 0;     // of 10 such times, 8 were no further from their estimates
  double upper = 0;    // the estimate with its band, microseconds
  std::string tiling;
  bool validated = false;  // whether published times are of this kind of chip

  /// The launch, which is no work.
  double launch() const { return time.task - time.core; }
  /// How much of the estimate the bound is.
  double utilisation() const { return time.task > 0 ? roofline.bound() / time.task : 0; }
  /// The pipe that is busy longest.
  AscendPipe busiest() const {
    const auto& busy = time.mean_busy;
    return AscendPipe(std::max_element(busy.begin(), busy.end()) - busy.begin());
  }
};

namespace detail {

inline Index numbers_of(const std::vector<Index>& shape) {
  Index all = 1;
  for (const Index size : shape) {
    if (size < 1 || size > (Index(1) << 40) / all)
      throw Error("a shape has sizes from 1 on, and at most 2^40 numbers");
    all *= size;
  }
  return all;
}
inline Dims dims_of(const std::vector<Index>& shape) {
  if (Index(shape.size()) > max_dimensions)
    throw Error(
        sentence("a shape has at most ", max_dimensions, " dimensions, not ", Index(shape.size())));
  numbers_of(shape);
  Dims dims;
  for (const Index size : shape) dims.push_back(size);
  return dims;
}

}  // namespace detail
}  // namespace tenon
