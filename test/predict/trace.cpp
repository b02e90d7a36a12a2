// SPDX-License-Identifier: Apache-2.0
#include <tenon/predict/trace.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/predict/plan_trace.hpp>

#include "../../examples/network.hpp"
#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::test;
using nlohmann::json;

namespace {

using ThreadOfTrace = std::pair<Index, Index>;  // process, thread

std::int64_t whole_nanoseconds(const json& microseconds) {
  return std::llround(microseconds.get<double>() * 1000);
}

/// Events of a thread nest, or one ends before the next begins: for any two of them.
bool events_nest(const json& trace) {
  std::map<ThreadOfTrace, std::vector<std::pair<std::int64_t, std::int64_t>>> threads;
  for (const json& e : trace["traceEvents"]) {
    if (e["ph"] != "X") continue;
    const std::int64_t from = whole_nanoseconds(e["ts"]);
    threads[{e["pid"], e["tid"]}].push_back({from, from + whole_nanoseconds(e["dur"])});
  }
  for (const auto& [thread, intervals] : threads)
    for (const auto& [a, b] : intervals)
      for (const auto& [c, d] : intervals)
        if (a < c && c < b && b < d) return false;
  return !threads.empty();
}

/// Each arrow has one end and one beginning that is not later, each in an event of its thread.
bool arrows_match(const json& trace, std::size_t count) {
  std::map<Index, std::map<std::string, json>> ends;
  for (const json& e : trace["traceEvents"])
    if (e["ph"] == "s" || e["ph"] == "f")
      if (!ends[e["id"]].emplace(e["ph"], e).second) return false;
  for (auto& [id, both] : ends) {
    if (both.size() != 2 || both["s"]["name"] != both["f"]["name"] || both["f"]["bp"] != "e" ||
        both["s"]["ts"] > both["f"]["ts"])
      return false;
    for (auto& [phase, end] : both) {
      bool lies_in = false;
      for (const json& e : trace["traceEvents"])
        lies_in = lies_in || (e["ph"] == "X" && e["pid"] == end["pid"] && e["tid"] == end["tid"] &&
                              whole_nanoseconds(e["ts"]) <= whole_nanoseconds(end["ts"]) &&
                              whole_nanoseconds(end["ts"]) <=
                                  whole_nanoseconds(e["ts"]) + whole_nanoseconds(e["dur"]));
      if (!lies_in) return false;
    }
  }
  return ends.size() == count;
}

/// What a thread is called, by its process and number.
std::map<ThreadOfTrace, std::string> thread_names(const json& trace) {
  std::map<ThreadOfTrace, std::string> names;
  for (const json& e : trace["traceEvents"])
    if (e["ph"] == "M" && e["name"] == "thread_name")
      names[{e["pid"], e["tid"]}] = e["args"]["name"];
  return names;
}

}  // namespace

TEST_CASE("a trace is JSON: its events with their arguments, its threads in order") {
  Trace trace;
  trace.add({1, "HCCL", "sum", 0, 3e-6});
  trace.add({0,
             "MTE2",
             "a \"quoted\"\n\\ name",
             1.5e-6,
             2.25e-6,
             {{"Op Name", "layer1.matmul"},
              {"Task Duration(us)", 0.1},
              {"bytes", Index(1) << 40},
              {"none", std::numeric_limits<double>::infinity()}}});
  trace.add({0, "M", "mmad", 0, 1e-9});
  trace.add({0, "V", "vadd", 0, 1e-9});
  trace.add({0, "other", "x", 0, 0});
  trace.connect("arrow", {0, "M", 0}, {1, "HCCL", 1e-6});
  const json parsed = json::parse(trace.json());
  CHECK(events_nest(parsed));
  CHECK(arrows_match(parsed, 1));
  const auto names = thread_names(parsed);
  std::vector<std::string> of_device_0;
  for (const auto& [thread, name] : names)
    if (thread.first == 0) of_device_0.push_back(name);
  CHECK(of_device_0 == std::vector<std::string>{"V", "M", "MTE2", "other"});
  int found = 0;
  for (const json& e : parsed["traceEvents"]) {
    if (e["ph"] == "M" && e["name"] == "process_name")
      CHECK(e["args"]["name"] == "device " + std::to_string(e["pid"].get<int>()));
    if (e["ph"] != "X" || names.at({e["pid"], e["tid"]}) != "MTE2") continue;
    ++found;
    CHECK(e["name"] == "a \"quoted\"\n\\ name");
    CHECK(e["ts"] == 1.5);
    CHECK(e["dur"] == 2.25);
    CHECK(e["args"]["Op Name"] == "layer1.matmul");
    CHECK(e["args"]["Task Duration(us)"] == 0.1);
    CHECK(e["args"]["bytes"] == Index(1) << 40);
    CHECK(e["args"]["none"].is_null());
  }
  CHECK(found == 1);
}

TEST_CASE("the same events give the same bytes, in whatever order they come") {
  std::vector<TraceEvent> events;
  for (Index i = 0; i < 40; ++i)
    events.push_back({i % 3, i % 2 ? "MTE1" : "pipe " + std::to_string(i % 4),
                      "event " + std::to_string(i), double(i) * 1e-6 / 7, 1e-7});
  std::string first;
  for (int times = 0; times < 4; ++times) {
    Trace trace;
    for (const TraceEvent& event : events) trace.add(event);
    if (first.empty()) first = trace.json();
    CHECK(trace.json() == first);
    std::rotate(events.begin(), events.begin() + 7, events.end());
    std::ranges::reverse(events);
  }
}

TEST_CASE("events that are none, or end in the middle of each other, are errors") {
  Trace trace;
  CHECK(error_of([&] {
          trace.add({0, "MTE1", "a", 1e-6, -1e-7});
        }) == "tenon: the event a of device 0 is from 1000 ns to 900 ns");
  CHECK(error_of([&] { trace.add({-1, "MTE1", "a", 0, 1}); }) != "");
  trace.add({2, "MTE1", "a", 0, 3e-6});
  trace.add({2, "MTE1", "in a", 1e-6, 1e-6});
  trace.add({2, "MTE2", "b", 1e-6, 4e-6});
  trace.add({2, "MTE1", "after a", 3e-6, 1e-6});
  CHECK(events_nest(json::parse(trace.json())));
  Trace alone = trace;
  alone.connect("c", {2, "MTE1", 0}, {3, "MTE1", 0});
  CHECK(error_of([&] { alone.json(); }) == "tenon: the arrow c joins a thread that has no events");
  trace.add({2, "MTE1", "d", 2e-6, 2e-6});
  CHECK(error_of([&] { trace.json(); }) == "tenon: d ends in the middle of a, on MTE1 of device 2");
}

TEST_CASE("a plan's trace shows each step on each device, exchanges joined around their groups") {
  const Plan plan = tenon::plan(trace(Network{8}, {{{32, 28, 28}}}), 8);
  const Topology topology(Ascend910(), 8);
  const auto compute = [](const Step&) { return ComputePrice{{1e-6, 2e-6, 3e-6}, "cube"}; };
  const PlanPrice price = price_plan(view(plan), topology, compute);
  const TracePipes pipes = [](Trace& trace, const Step&, Index device, double start) {
    trace.add({device, "MTE2", "load", start, 1e-6});
    trace.add({device, "M", "mmad", start + 1e-6, 1e-6});
  };
  const std::string text = trace_of(view(plan), price, topology, pipes).json();
  CHECK(text == trace_of(view(plan), price, topology, pipes).json());
  const json parsed = json::parse(text);
  CHECK(events_nest(parsed));
  std::size_t arrows = 0;
  for (const Step& step : plan.steps)
    if (plan.communicates(step))
      for (const auto& group : exchange_groups(plan.from(step), plan.to(step), 8))
        arrows += group.size() > 1 ? group.size() : 0;
  CHECK(arrows >= 24);
  CHECK(arrows_match(parsed, arrows));

  const auto names = thread_names(parsed);
  std::map<Index, double> seconds, last;  // of each device
  std::map<std::string, std::size_t> events;
  for (const json& e : parsed["traceEvents"]) {
    if (e["ph"] != "X") continue;
    const std::string& thread = names.at({e["pid"], e["tid"]});
    ++events[thread];
    if (thread != "HCCL" && thread != "AI Core") continue;
    CHECK(std::abs(e["ts"].get<double>() - e["args"]["Task Start Time(us)"].get<double>()) < 1e-3);
    last[e["pid"]] = std::max(last[e["pid"]], e["ts"].get<double>() + e["dur"].get<double>());
    seconds[e["pid"]] += e["args"]["Task Duration(us)"].get<double>() * 1e-6;
    CHECK(e["args"]["lower bound(us)"] <= e["args"]["Task Duration(us)"]);
    CHECK(!e["args"]["OP Type"].get<std::string>().empty());
  }
  CHECK(seconds.size() == 8);
  for (const auto& [device, sum] : seconds) {
    CHECK(sum == doctest::Approx(price.total().estimate).epsilon(1e-9).scale(1e-12));
    CHECK(std::abs(last[device] - sum * 1e6) < 2e-3);  // one step after the other
  }
  CHECK(events["HCCL"] == 8 * std::size_t(plan.collectives()));
  CHECK(events["AI Core"] + events["HCCL"] == 8 * price.steps.size());
  CHECK(events["MTE2"] == events["AI Core"]);
}
