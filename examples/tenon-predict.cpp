// SPDX-License-Identifier: Apache-2.0
// How long an operator takes on an Ascend that is not here:
//   tenon-predict op matmul --m 8192 --n 8192 --k 8192 --dtype f16 --chip ascend910b1
//   tenon-predict op gelu --shape 4096,4096 --dtype bf16 --chip ascend910b2 --json
//   tenon-predict op conv2d --shape 8,3,224,224 --window 64,3,7,7 --stride 2,2 --pad 3
//   tenon-predict chips ascend910        its numbers, each with its source
//   tenon-predict network mlp.mindir --devices 1,8 --chip ascend910
//   tenon-predict network mlp.mindir --auto --machine mine.json      on 8 to 4096 ranks there
//   tenon-predict calibrate measured.csv
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include <tenon/predict/fit.hpp>
#include <tenon/predict/measured_csv.hpp>

#include "predict/machine_network.hpp"
#include "predict/network.hpp"
#include "predict/operator.hpp"
#include "support/chip_file.hpp"

using namespace tenon;
using program::chip_of;
using program::text_of;

struct PredictOptions {
  std::string chip = "ascend910b1", file, name;
  bool as_json = false;
};

static void show_chips(const PredictOptions& o) {
  if (!o.name.empty()) {
    std::cout << chip_to_json(chip_of(o.name)).dump(1) << "\n";
    return;
  }
  for (const AscendChip& chip : ascend_chips())
    std::printf("%-12s %2.0f cube cores, %2.0f vector cores, %.2f GHz, %3.0f GiB%s\n",
                chip.name.c_str(), chip.cube_cores.value, chip.vector_cores.value, chip.clock.value,
                chip.hbm / 0x1p30, chip.validated ? "" : "   not validated");
}

static void print_families(const char* title, const std::vector<FigureError>& errors) {
  std::map<std::string, std::vector<double>> families;
  for (const FigureError& e : errors)
    if (e.point->report_only.empty())
      families[e.point->family + (e.figure == "task" ? ", task" : ", pipes")].push_back(
          e.relative());
  std::printf("%-32s figures   median      p80      max\n", title);
  for (const auto& [family, far] : families)
    std::printf("  %-30s %7zu %7.1f%% %7.1f%% %7.1f%%\n", family.c_str(), far.size(),
                100 * far_at(far, 0.5), 100 * far_at(far, 0.8), 100 * far_at(far, 1));
}

static void calibrate(const PredictOptions& o) {
  const std::vector<MeasuredPoint> points = o.file.ends_with(".csv")
                                                ? measured_points_of_csv(text_of(o.file), o.file)
                                                : measured_points(text_of(o.file), o.file);
  const AscendChip before = chip_of(o.chip);
  const AscendChip chip = fit(before, points).chip;
  if (o.as_json) {
    std::cout << chip_to_json(chip).dump(1) << "\n";
    return;
  }
  for (const FittedQuantity& q : fitted_quantities)
    std::printf("%-16s %10.4g, was %10.4g\n", std::string(q.name).c_str(), (chip.*q.member).value,
                (before.*q.member).value);
  std::vector<FigureError> errors;
  for (const MeasuredPoint& point : points)
    for (const FigureError& e : figure_errors(point, chip)) {
      errors.push_back(e);
      std::printf("%-5s %-22s %-9s %12.2f us, predicted %12.2f (%+.1f %%)%s%s\n", point.id.c_str(),
                  point.family.c_str(), e.figure.c_str(), e.measured, e.predicted,
                  100 * e.relative(),
                  point.report_only.empty() ? "" : "  not fitted: ", point.report_only.c_str());
    }
  print_families("all points", errors);
  print_families("by fits without their source", leave_one_source_out(chip, points));
}

int main(int argc, char** argv) {
  PredictOptions o;
  CLI::App app{"How long operators and networks take on Ascends, without one"};
  app.require_subcommand(1);
  program::OperatorOptions operator_options;
  CLI::App& op = *app.add_subcommand("op", "one operator: bound, estimate and band");
  op.add_option("--chip", o.chip, "a name that `chips` lists, or a file")->capture_default_str();
  program::describe(op, operator_options);
  program::NetworkOptions network_options;
  CLI::App& network = *app.add_subcommand("network", "a model file on 1, 2, 4, 8, 16 devices");
  network.add_option("--chip", o.chip, "a name that `chips` lists, or a file")
      ->capture_default_str();
  program::describe(network, network_options);
  CLI::App& chips = *app.add_subcommand("chips", "the chips that are known, or one as JSON");
  chips.add_option("name", o.name, "a name, or a file");
  CLI::App& fitting = *app.add_subcommand("calibrate", "fit the named numbers to measured times");
  fitting
      .add_option("file", o.file,
                  "points as JSON, see test/data/ascend/measured.json, or as .csv: "
                  "id,chip,op,shape,element,cores,task us")
      ->required();
  fitting.add_option("--chip", o.chip, "from where the fit begins")->capture_default_str();
  fitting.add_flag("--json", o.as_json, "the fitted chip as a file for --chip");
  CLI11_PARSE(app, argc, argv);
  try {
    if (op.parsed()) program::predict_one(chip_of(o.chip), operator_options);
    else if (network.parsed() && !network_options.search.machine.empty())
      program::predict_on_machine(network_options);
    else if (network.parsed()) program::predict_network(chip_of(o.chip), network_options);
    else if (chips.parsed()) show_chips(o);
    else calibrate(o);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
