// SPDX-License-Identifier: Apache-2.0
#include <tenon/predict/core_trace.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/backend/ascend/matmul/matmul_program.hpp>
#include <tenon/backend/ascend/matmul/matmul_search.hpp>

using namespace tenon;
using nlohmann::json;

TEST_CASE("a program's pipes are busy in the trace as long as its time says") {
  for (const AscendChip& chip : {Ascend910(), Ascend910B1()}) {
    CAPTURE(chip.name);
    AscendMatMul task{.m = 100, .n = 200, .k = 300};
    if (chip.nd_to_nz == 0) task.a_format = task.b_format = task.c_format = AscendFormat::nz;
    const AscendMatMul t = task.placed();
    const AscendProgram program = matmul_program(t, chip, matmul_tiling(t, chip));
    Trace trace;
    const double seconds = add_pipes(trace, {3, "product", 1e-3}, program, chip);
    const CoreTime time =
        core_time(program.cores[0], AscendCosts(chip, gm_traffic(program, chip)), chip);
    CHECK(seconds == chip.seconds(time.cycles));
    const json parsed = json::parse(trace.json());
    std::map<Index, std::string> threads;
    std::map<std::string, double> cycles;
    double last = 0;
    for (const json& e : parsed["traceEvents"]) {
      CHECK(e["pid"] == 3);
      if (e["ph"] == "M" && e["name"] == "thread_name") threads[e["tid"]] = e["args"]["name"];
      if (e["ph"] != "X") continue;
      CHECK(e["args"]["Op Name"] == "product");
      CHECK(e["ts"].get<double>() >= 1000);
      cycles[threads.at(e["tid"])] += e["args"]["cycles"].get<double>();
      last = std::max(last, e["ts"].get<double>() + e["dur"].get<double>());
    }
    CHECK(last <= 1000 + seconds * 1e6 + 1e-3);
    for (const AscendPipe pipe : {AscendPipe::vector, AscendPipe::cube, AscendPipe::mte1,
                                  AscendPipe::mte2, AscendPipe::mte3, AscendPipe::fix})
      CHECK(cycles[std::string(text(pipe))] == doctest::Approx(time.busy[std::size_t(pipe)]));
    CHECK(cycles["M"] > 0);
    CHECK((cycles["FIX"] > 0) == (chip.fix_pipe > 0));
  }
}

TEST_CASE("msprof's columns have the prefixes of the chip's cores") {
  AscendTime time;
  time.mean_core = 9;
  time.cores = 24;
  for (std::size_t p = 0; p < time.mean_busy.size(); ++p) time.mean_busy[p] = double(p) + 0.5;
  const auto columns = [&](const AscendChip& chip) {
    std::map<std::string, detail::TraceValue> found;
    for (const auto& [name, value] : msprof_columns(time, chip))
      CHECK(found.emplace(name, value).second);
    return found;
  };
  auto of_b = columns(Ascend910B1()), of_910 = columns(Ascend910());
  const auto number = [](const detail::TraceValue& value) { return std::get<double>(value); };
  CHECK(number(of_b.at("aicore_time(us)")) == 9);
  CHECK(number(of_b.at("aic_mac_time(us)")) == 0.5 + int(AscendPipe::cube));
  CHECK(number(of_b.at("aic_mte2_time(us)")) == 0.5 + int(AscendPipe::mte2));
  CHECK(number(of_b.at("aic_fixpipe_time(us)")) == 0.5 + int(AscendPipe::fix));
  CHECK(number(of_b.at("aiv_vec_time(us)")) == 0.5 + int(AscendPipe::vector));
  CHECK(number(of_910.at("vec_time(us)")) == 0.5 + int(AscendPipe::vector));
  CHECK(!of_910.contains("fixpipe_time(us)"));
  CHECK(std::get<Index>(of_910.at("Block Dim")) == 24);
}
