// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/predict/core_trace.hpp>
#include <tenon/predict/operator_program.hpp>
#include <tenon/predict/trace_svg.hpp>

#include <doctest/doctest.h>

#include "../support/error_of.hpp"

using namespace tenon;

namespace {

Index count_in_svg(const std::string& all, std::string_view what) {
  Index n = 0;
  for (std::size_t at = all.find(what); at != std::string::npos; at = all.find(what, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("law: a picture has a box for each event, as wide as it takes, and rows for threads") {
  Trace trace;
  trace.add({0, "M", "mmad", 0, 2e-6});
  trace.add({0, "MTE2", "a<b & c", 1e-6, 3e-6});
  trace.add({1, "M", "mmad", 2e-6, 2e-6});
  const std::string svg = svg_of(trace, "two cards & more");
  CHECK(count_in_svg(svg, "<rect ") == 1 + 3);  // the page
  CHECK(count_in_svg(svg, "<title>") == 3);
  CHECK(count_in_svg(svg, ">device 0 M<") == 1);
  CHECK(count_in_svg(svg, ">device 0 MTE2<") == 1);
  CHECK(count_in_svg(svg, ">device 1 M<") == 1);
  CHECK(count_in_svg(svg, "a&lt;b &amp; c: 3.000 us") == 1);
  CHECK(count_in_svg(svg, "two cards &amp; more") == 1);
  // 860 points are four microseconds; the last event takes the last two.
  CHECK(count_in_svg(svg, "x=\"540.0\" y=\"82\" width=\"430.0\"") == 1);
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(svg_of(trace, "two cards & more") == svg);
}

TEST_CASE("a picture of nothing, or of too much, is an error") {
  Trace trace;
  CHECK(test::error_of([&] { svg_of(trace, ""); }) ==
        "tenon: a picture of 0 events; legal: 1 to 20000");
  for (int i = 0; i <= 20000; ++i) trace.add({0, "M", "mmad", i * 1e-6, 1e-6});
  CHECK(test::error_of([&] { svg_of(trace, ""); }) ==
        "tenon: a picture of 20001 events; legal: 1 to 20000");
}

TEST_CASE("law: the program to look at is the one that is timed") {
  for (const AscendChip& chip : {Ascend910(), Ascend910B1()})
    for (const OperatorTask& task :
         {OperatorTask{.op = "matmul", .shape = {300, 200, 100}},
          OperatorTask{.op = "softmax", .shape = {100, 700}},
          OperatorTask{.op = "gelu", .shape = {5000}},
          OperatorTask{.op = "transpose", .shape = {100, 128}}}) {
      CAPTURE(task.op);
      const AscendProgram program = program_of(task, chip);
      const OperatorTime time = predict(task, chip);
      CHECK(double(program.cores.size()) == time.time.cores);
      CHECK(ascend_time(program, chip).instructions == time.time.instructions);
    }
  const auto error_of_task = [](const OperatorTask& task) {
    return test::error_of([&] { program_of(task, Ascend910B1()); });
  };
  CHECK(error_of_task({.op = "matmul", .shape = {8192, 8192, 8192}})
            .ends_with("instructions; to look at: up to 1000000"));
  CHECK(error_of_task({.op = "concat", .shape = {8}}) ==
        "tenon: concat has no program to look at; matmul, transpose, functions of elements and of "
        "lines have");
}
