// SPDX-License-Identifier: Apache-2.0
// How long an operator takes on an Ascend that is not here:
//   tenon-predict op matmul --m 8192 --n 8192 --k 8192 --dtype f16 --chip ascend910b1
//   tenon-predict op gelu --shape 4096,4096 --dtype bf16 --chip ascend910b2 --json
//   tenon-predict chips ascend910        its numbers, each with its source
//   tenon-predict network mlp.mindir --devices 1,8 --chip ascend910
//   tenon-predict calibrate measured.csv
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include <tenon/predict/fit.hpp>
#include <tenon/predict/measured_csv.hpp>

#include "predict/network.hpp"
#include "support/chip_file.hpp"

using namespace tenon;
using program::chip_of;
using program::text_of;

struct PredictOptions {
  std::string op, element = "f16", chip = "ascend910b1", base, split, file, name;
  Index m = 0, n = 0, k = 0, cores = 0;
  std::vector<Index> shape;
  bool transpose_b = false, as_json = false;
};

/// "128x256x64" as three numbers.
static std::vector<Index> numbers(const std::string& words, std::size_t count,
                                  std::string_view what) {
  std::vector<Index> all;
  std::size_t at = 0;
  while (at < words.size() && all.size() <= count) {
    const std::size_t end = std::min(words.find('x', at), words.size());
    const std::string word = words.substr(at, end - at);
    if (word.empty() || word.size() > 9 ||
        word.find_first_not_of("0123456789") != std::string::npos)
      throw Error(sentence(what, " is ", Index(count), " numbers with x between, not ", words));
    all.push_back(std::stoll(word));
    at = end + 1;
  }
  if (all.size() != count || words.ends_with('x'))
    throw Error(sentence(what, " is ", Index(count), " numbers with x between, not ", words));
  return all;
}

static OperatorTask task_of(const PredictOptions& o) {
  OperatorTask t{.op = o.op, .shape = o.shape};
  t.element = detail::element_of_word(o.element);
  t.result = t.element == Element::int8 ? Element::int32 : t.element;
  t.transpose_b = o.transpose_b;
  t.matmul.cores = t.elementwise.cores = o.cores;
  if (o.op == "matmul" && o.m + o.n + o.k > 0) t.shape = {o.m, o.n, o.k};
  if (!o.base.empty()) {
    const auto base = numbers(o.base, 3, "--base");
    t.matmul.base_m = base[0], t.matmul.base_n = base[1], t.matmul.base_k = base[2];
  }
  if (!o.split.empty()) {
    const auto split = numbers(o.split, 2, "--split");
    t.matmul.cores_m = split[0], t.matmul.cores_n = split[1];
  }
  if (t.shape.empty())
    throw Error(o.op == "matmul" ? "matmul needs --m, --n and --k" : "say the --shape");
  return t;
}

static nlohmann::ordered_json described(const OperatorTask& task, const AscendChip& chip,
                                        const OperatorTime& x) {
  nlohmann::ordered_json pipes;
  for (int p = 0; p < ascend_pipes; ++p)
    pipes[std::string(text(AscendPipe(p)))] = {{"mean", x.time.mean_busy[std::size_t(p)]},
                                               {"most", x.time.most_busy[std::size_t(p)]}};
  return {{"op", task.op},
          {"shape", task.shape},
          {"element", text(task.element)},
          {"chip", chip.name},
          {"validated", x.validated},
          {"unit", "us"},
          {"lower_bound", x.roofline.bound()},
          {"limit", x.roofline.limit()},
          {"estimate", x.time.task},
          {"upper", x.upper},
          {"band", x.band},
          {"family", x.family},
          {"tiling", x.tiling},
          {"cores", x.time.cores},
          {"core_mean", x.time.mean_core},
          {"core_most", x.time.core},
          {"pipes", pipes},
          {"macs", x.time.macs},
          {"bytes",
           {{"read", x.time.read_bytes},
            {"written", x.time.written_bytes},
            {"hbm", x.time.hbm_bytes},
            {"l1_to_l0", x.time.l1_to_l0_bytes}}},
          {"instructions", x.time.instructions}};
}

static void print(const AscendChip& chip, const OperatorTime& x) {
  std::printf("%s%s\n", chip.name.c_str(),
              x.validated ? "" : ": NOT VALIDATED, no times of its kernels are published");
  std::printf("  no less than  %14.2f us   (%s)\n", x.roofline.bound(),
              std::string(x.roofline.limit()).c_str());
  std::printf("  estimate      %14.2f us\n", x.time.task);
  std::printf("  no more than  %14.2f us   (8 of 10 %s were within %.0f %%)\n", x.upper,
              x.family.c_str(), 100 * x.band);
  std::printf("  %s\n  pipe   mean us of a core     most\n", x.tiling.c_str());
  for (int p = 0; p < ascend_pipes; ++p)
    if (x.time.most_busy[std::size_t(p)] > 0)
      std::printf("  %-4s %18.2f %10.2f\n", std::string(text(AscendPipe(p))).c_str(),
                  x.time.mean_busy[std::size_t(p)], x.time.most_busy[std::size_t(p)]);
  std::printf("  %.0f cores read %.3f MB and write %.3f MB, of both %.3f MB by HBM\n", x.time.cores,
              x.time.read_bytes / 1e6, x.time.written_bytes / 1e6, x.time.hbm_bytes / 1e6);
}

static void predict_one(const PredictOptions& o) {
  const AscendChip chip = chip_of(o.chip);
  const OperatorTask task = task_of(o);
  const OperatorTime time = predict(task, chip);
  if (o.as_json) std::cout << described(task, chip, time).dump(1) << "\n";
  else print(chip, time);
}

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
  CLI::App& op = *app.add_subcommand("op", "one operator: bound, estimate and band");
  op.add_option("operator", o.op, operator_names())->required();
  for (const auto& [name, size] : {std::pair{"--m", &o.m}, {"--n", &o.n}, {"--k", &o.k}})
    op.add_option(name, *size, "of matmul, C[m,n] = A[m,k] B[k,n]");
  op.add_option("--shape", o.shape, "sizes, as 4096,4096")->delimiter(',');
  op.add_option("--dtype", o.element, "f16, bf16, f32 or int8")->capture_default_str();
  op.add_option("--chip", o.chip, "a name that `chips` lists, or a file")->capture_default_str();
  op.add_option("--cores", o.cores, "so many of them [all]");
  op.add_option("--base", o.base, "matmul's tile, as 128x256x64 [chosen]");
  op.add_option("--split", o.split, "matmul's cores along m and n, as 4x6 [chosen]");
  op.add_flag("--transpose-b", o.transpose_b, "B lies as [n, k]");
  op.add_flag("--json", o.as_json, "one JSON document instead");
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
    if (op.parsed()) predict_one(o);
    else if (network.parsed()) program::predict_network(chip_of(o.chip), network_options);
    else if (chips.parsed()) show_chips(o);
    else calibrate(o);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
