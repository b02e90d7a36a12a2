// SPDX-License-Identifier: Apache-2.0
#pragma once
/// tenon-predict network MODEL: how long a forward takes on 1, 2, 4, 8, 16 Ascends, and why.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include <tenon/io/atomic_write.hpp>
#include <tenon/io/model_file/import_model.hpp>
#include <tenon/io/model_file/read_model.hpp>
#include <tenon/io/network_strategy.hpp>
#include <tenon/io/rank_table.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/plan/cut_weights.hpp>
#include <tenon/plan/planned.hpp>
#include <tenon/plan/text.hpp>
#include <tenon/predict/chip_machine.hpp>
#include <tenon/predict/plan_trace.hpp>
#include <tenon/predict/scaling.hpp>
#include <tenon/predict/step_price.hpp>
#include <tenon/search/find_strategies.hpp>

#include "../support/auto_options.hpp"

namespace tenon::program {

struct NetworkOptions {
  std::string model, strategy, rank_table, trace, precision = "force_fp16";
  std::vector<Index> devices;  // none: 1, 2, 4, 8, 16; of a rank table, its own
  Index batch = 0;
  AutoOptions search{{}, {}};
  bool cut_weights = false, shows_casts = false, as_json = false;
};

inline void describe(CLI::App& app, NetworkOptions& o) {
  app.add_option("model", o.model, "a MindIR or ONNX file; values are not looked at")->required();
  app.add_option("--devices", o.devices,
                 "how many, as 1,8,64 [1,2,4,8,16; of a --machine 8,64,512,4096]")
      ->delimiter(',');
  app.add_option("--batch", o.batch, "rows [the file's]")
      ->check(CLI::Range(Index(1), Index(1) << 31));
  app.add_option("--strategy", o.strategy, "MindSpore's strategy file: how operators are cut");
  app.add_flag("--cut-weights", o.cut_weights,
               "cut large weights over all devices [rows of the batch]");
  describe(app, o.search);
  app.add_option("--rank-table", o.rank_table, "the devices and servers that there are");
  app.add_option("--precision", o.precision, "where it rounds to float16")
      ->check(CLI::IsMember(
          {"force_fp16", "allow_fp32_to_fp16", "must_keep_origin_dtype", "allow_mix_precision"}))
      ->capture_default_str();
  app.add_flag("--casts", o.shows_casts, "list where numbers are cast");
  app.add_option("--trace", o.trace,
                 "write a timeline for Perfetto, of the last number of devices");
  app.add_flag("--json", o.as_json, "one JSON document instead");
}

inline PrecisionMode precision_mode(const std::string& name) {
  for (int mode = 0; mode < 4; ++mode)
    if (text(PrecisionMode(mode)) == name) return PrecisionMode(mode);
  throw Error(sentence("there is no precision mode ", name));
}

/// @param machine strategies are searched for it
inline Graph graph_of(const NetworkOptions& o, Index devices, const Machine& machine) {
  const ModelFile file = read_model(o.model);
  ImportOptions how;
  for (const FileTensor& input : file.inputs) {
    Dims shape = input.shape;
    if (!shape.empty() && (o.batch || shape[0] < 0)) shape[0] = std::max<Index>(o.batch, 1);
    how.shapes.push_back(shape);
  }
  Graph graph = import_model(file, how).graph;
  if (!o.strategy.empty()) graph = with_strategies(std::move(graph), read_strategy(o.strategy));
  else if (o.cut_weights) graph = cut_weights(std::move(graph), devices);
  if (o.search.mode.empty()) return graph;
  SearchOptions search;
  search.mode = mode_of(o.search.mode);
  return find_strategies(graph, devices, machine, search).apply(graph);
}

inline std::string microseconds(const Band& band) {
  char words[96];
  std::snprintf(words, sizeof words, "%10.2f %10.2f %10.2f", band.lower * 1e6, band.estimate * 1e6,
                band.upper * 1e6);
  return words;
}
inline nlohmann::ordered_json json_of(const Band& band) {
  return {{"lower", band.lower}, {"estimate", band.estimate}, {"upper", band.upper}};
}

inline nlohmann::ordered_json described(const ScalingRow& row) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const StepPrice& step : row.price.steps)
    steps.push_back({{"name", step.name},
                     {"what", step.what},
                     {"compute", json_of(step.compute)},
                     {"communication", json_of(step.communication)},
                     {"bytes_received", step.bytes},
                     {"hbm_bytes", step.hbm_bytes},
                     {"utilisation", step.utilisation()},
                     {"limit", step.limit},
                     {"advice", step.advice}});
  return {{"devices", row.price.devices},
          {"seconds", json_of(row.price.total())},
          {"compute", json_of(row.price.compute())},
          {"communication", json_of(row.price.communication())},
          {"speedup", row.speedup},
          {"limit", row.price.limit()},
          {"memory",
           {{"weights", row.price.memory.weights},
            {"arena", row.price.memory.arena},
            {"inputs", row.price.memory.inputs},
            {"device", row.price.memory.device},
            {"fits", row.price.memory.fits()}}},
          {"steps", steps}};
}

inline void print(const AscendChip& chip, const NetworkOptions& o,
                  const std::vector<ScalingRow>& rows) {
  std::printf("%s, %s%s\n", chip.name.c_str(), o.precision.c_str(),
              chip.validated ? "" : ": NOT VALIDATED, no times of its kernels are published");
  std::printf(
      "microseconds a forward: no less than, the estimate, and as far above it as published "
      "times were\ndevices  no less than   estimate  no more than  speedup  memory a device\n");
  for (const ScalingRow& row : rows)
    std::printf("%7lld %s  %7.2f  %.3f of %.0f GiB%s, most of it %s\n",
                static_cast<long long>(row.price.devices), microseconds(row.price.total()).c_str(),
                row.speedup, double(row.price.memory.total()) / 0x1p30,
                row.price.memory.device / 0x1p30, row.price.memory.fits() ? "" : ": DOES NOT FIT",
                row.price.limit().c_str());
  const ScalingRow& last = rows.back();
  std::printf("on %lld, of the estimate the share that is work, and bytes of HBM or of links:\n",
              static_cast<long long>(last.price.devices));
  for (const StepPrice& step : last.price.steps)
    std::printf("  %s  %3.0f %% %9.3f MB  %-14s %s %s: %s\n", microseconds(step.seconds()).c_str(),
                100 * step.utilisation(),
                (step.bytes > 0 ? double(step.bytes) : step.hbm_bytes) / 1e6, step.limit.c_str(),
                step.name.c_str(), step.what.c_str(), step.advice.c_str());
}

/// @throws Error for what cannot be read, planned or computed on such a chip
inline void predict_network(const AscendChip& chip, const NetworkOptions& o) {
  check(chip);
  const PrecisionMode mode = precision_mode(o.precision);
  std::optional<RankTable> table;
  if (!o.rank_table.empty()) table = read_rank_table(o.rank_table);
  std::vector<Index> counts = o.devices;
  if (counts.empty())
    counts =
        table ? std::vector<Index>{Index(table->ranks.size())} : std::vector<Index>{1, 2, 4, 8, 16};
  const auto plan_of = [&](Index devices) {
    if (devices < 1 || devices > 4096)
      throw Error(sentence("--devices ", devices, "; legal: 1 to 4096"));
    Machine servers;
    if (!o.search.mode.empty())
      servers = table && devices == Index(table->ranks.size()) ? machine_of(chip, mode, *table)
                                                               : machine_of(chip, mode);
    return planned(graph_of(o, devices, servers), devices);
  };
  const auto topology_of = [&](Index devices) {
    return table && devices == Index(table->ranks.size()) ? Topology(chip, *table)
                                                          : Topology(chip, devices);
  };
  const auto compute = [&](const PlanView& plan, const Step& step) {
    return step_price(plan, step, chip, mode);
  };
  const auto held = [&](const PlanView& plan) { return held_elements(plan, chip, mode); };
  const std::vector<ScalingRow> rows = scaling(counts, plan_of, topology_of, compute, held);
  if (o.as_json) {
    nlohmann::ordered_json all{{"chip", chip.name},
                               {"validated", chip.validated},
                               {"precision", o.precision},
                               {"devices", nlohmann::ordered_json::array()}};
    for (const ScalingRow& row : rows) all["devices"].push_back(described(row));
    std::cout << all.dump(1) << "\n";
  } else {
    print(chip, o, rows);
  }
  const Plan plan = plan_of(counts.back());
  if (o.shows_casts && !o.as_json)
    for (const Step& step : plan.steps)
      if (step.op && step.kind == Step::Kind::compute)
        std::printf("  %-28s %s\n", std::string(plan.name(step.name)).c_str(),
                    text(step.op->name, precision_of(step.op->name, mode, chip)).c_str());
  if (o.trace.empty()) return;
  const std::string trace =
      trace_of(view(plan), rows.back().price, topology_of(counts.back())).json();
  write_file(o.trace, {std::span(trace.data(), trace.size())});
}

}  // namespace tenon::program
