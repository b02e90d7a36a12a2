// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Finds a chip's fitted numbers from published times, and what such a fit is worth:
///   AscendChip chip = fit(Ascend910B1(), points).chip;
///   for (const FigureError& e : leave_one_source_out(chip, points)) ...   each by a fit without it
#include <cmath>
#include <set>

#include <tenon/predict/measured.hpp>

namespace tenon {

/// The numbers that a fit may change, and between which bounds; all else is documented.
struct FittedQuantity {
  ChipValue AscendChip::*member;
  std::string_view name;
  double least, most;
};
inline constexpr FittedQuantity fitted_quantities[] = {
    {&AscendChip::hbm_efficiency, "hbm_efficiency", 0.5, 1},
    {&AscendChip::l2_keeps, "l2_keeps", 0, 1},
    {&AscendChip::l2_reached_rate, "l2_reached_rate", 32, 110},
    {&AscendChip::write_rate, "write_rate", 8, 86},
    {&AscendChip::row_cycles, "row_cycles", 0.5, 16},
    {&AscendChip::copy_cycles, "copy_cycles", 1, 200},
    {&AscendChip::copy_start, "copy_start", 1, 2000},
    {&AscendChip::mmad_start, "mmad_start", 1, 500},
    {&AscendChip::vector_start, "vector_start", 1, 200},
    {&AscendChip::vector_operand, "vector_operand", 0.5, 4},
    {&AscendChip::launch, "launch", 0.5, 20},
    {&AscendChip::cube_launch, "cube_launch", 0.5, 40},
};

/// One figure of one point, and the model's.
struct FigureError {
  const MeasuredPoint* point;
  std::string figure;
  double measured = 0, predicted = 0;

  double relative() const { return predicted / measured - 1; }
};

/// The point's chip with the fitted numbers of another.
inline AscendChip with_fitted(AscendChip chip, const AscendChip& from) {
  for (const FittedQuantity& quantity : fitted_quantities)
    chip.*quantity.member = from.*quantity.member;
  return chip;
}

inline std::vector<FigureError> figure_errors(const MeasuredPoint& point,
                                              const AscendChip& fitted) {
  const OperatorTime time = predict(point.task, with_fitted(ascend_chip(point.chip), fitted));
  std::vector<FigureError> all;
  for (const auto& [figure, measured] : point.microseconds)
    if (const double x = predicted_figure(time, figure); x > 0)
      all.push_back({&point, figure, measured, x});
  return all;
}

namespace detail {

/// How far the figures are from the published ones, a family weighing as much as another; of far
/// ones the distance counts, not its square.
inline double misfit(const AscendChip& chip, const std::vector<MeasuredPoint>& points,
                     std::string_view without) {
  std::map<std::string, std::pair<double, double>> families;
  for (const MeasuredPoint& point : points) {
    if (!point.report_only.empty() || point.source == without) continue;
    for (const FigureError& e : figure_errors(point, chip)) {
      const double far = std::abs(std::log(e.predicted / e.measured));
      auto& [sum, count] = families[point.family];
      sum += far < 0.1 ? far * far / 0.2 : far - 0.05;
      count += 1;
    }
  }
  double all = 0;
  for (const auto& [family, sum] : families) all += sum.first / sum.second;
  return all;
}

}  // namespace detail

struct ChipFit {
  AscendChip chip;
  double misfit = 0;
};

/// One number after another, by steps that become smaller.
/// @param without a source whose points are left out
inline ChipFit fit(AscendChip chip, const std::vector<MeasuredPoint>& points,
                   std::string_view without = "") {
  double least = detail::misfit(chip, points, without);
  for (const double step : {1.5, 1.25, 1.12, 1.06, 1.03, 1.015})
    for (bool better = true; better;) {
      better = false;
      for (const FittedQuantity& quantity : fitted_quantities)
        for (const double factor : {step, 1 / step}) {
          AscendChip other = chip;
          double& value = (other.*quantity.member).value;
          value = std::clamp(value * factor, quantity.least, quantity.most);
          const double misfit = detail::misfit(other, points, without);
          if (misfit < least * (1 - 1e-4)) {
            least = misfit;
            chip = other;
            better = true;
          }
        }
    }
  return {chip, least};
}

/// Every figure by a fit that has seen nothing of its source.
inline std::vector<FigureError> leave_one_source_out(const AscendChip& chip,
                                                     const std::vector<MeasuredPoint>& points) {
  std::set<std::string> sources;
  for (const MeasuredPoint& point : points) sources.insert(point.source);
  std::vector<FigureError> all;
  for (const std::string& source : sources) {
    const AscendChip fitted = fit(chip, points, source).chip;
    for (const MeasuredPoint& point : points)
      if (point.source == source)
        for (FigureError& e : figure_errors(point, fitted)) all.push_back(std::move(e));
  }
  return all;
}

/// The median (0.5), or another share, of how far figures are.
inline double far_at(std::vector<double> relative, double share) {
  if (relative.empty()) return 0;
  for (double& x : relative) x = std::abs(x);
  std::ranges::sort(relative);
  return relative[std::min(relative.size() - 1, std::size_t(share * double(relative.size())))];
}

}  // namespace tenon
