// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A timeline to look at with Perfetto or chrome://tracing: a process for each device, a thread for
/// each pipe, arrows between devices.
///   Trace trace;
///   trace.add({0, "MTE2", "load A", 1e-6, 2e-6, {{"Op Name", "layer1.matmul"}}});
///   trace.connect("all-reduce", {0, "HCCL", 5e-6}, {1, "HCCL", 6e-6});
///   file << trace.json();
/// Chrome's Trace Event Format. The same events give the same bytes, in whatever order they come.
#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>
#include <tenon/predict/trace_json.hpp>

namespace tenon {

/// By the names of a profiler's columns, so that a measured one can be laid beside it.
using TraceArguments = std::vector<std::pair<std::string, detail::TraceValue>>;

/// Something that takes time on a thread of a device.
struct TraceEvent {
  Index device = 0;
  std::string thread, name;
  double start = 0, seconds = 0;
  TraceArguments arguments{};
};
/// In an event that is there then.
struct TracePoint {
  Index device = 0;
  std::string thread;
  double seconds = 0;
};

class Trace {
 public:
  void add(const TraceEvent& event) {
    const Index from = nanoseconds(event.start), to = nanoseconds(event.start + event.seconds);
    if (event.device < 0 || from < 0 || to < from)
      throw Error(sentence("the event ", event.name, " of device ", event.device, " is from ", from,
                           " ns to ", to, " ns"));
    events_.push_back({thread(event.device, event.thread), from, to, event.name, event.arguments});
  }
  /// @pre an event of each thread is there at that time.
  void connect(const std::string& name, const TracePoint& from, const TracePoint& to) {
    arrows_.push_back({name, thread(from.device, from.thread), thread(to.device, to.thread),
                       nanoseconds(from.seconds), nanoseconds(to.seconds)});
  }

  /// visit(device, thread, name, from, to), in nanoseconds, thread by thread as json() orders them.
  void for_each(auto&& visit) const {
    std::vector<Event> events = events_;
    std::ranges::stable_sort(
        events, {}, [](const Event& e) { return std::tuple(e.thread, e.from, -e.to, e.name); });
    for (const Event& e : events)
      visit(std::get<0>(e.thread), std::get<2>(e.thread), e.name, e.from, e.to);
  }
  /// @throws Error when an event of a thread ends in the middle of another one of it.
  std::string json() const {
    std::vector<Event> events = events_;
    std::vector<Arrow> arrows = arrows_;
    std::ranges::stable_sort(
        events, {}, [](const Event& e) { return std::tuple(e.thread, e.from, -e.to, e.name); });
    std::ranges::stable_sort(arrows, {}, [](const Arrow& a) {
      return std::tuple(a.then, a.from, a.later, a.to, a.name);
    });
    check_nesting(events);
    std::map<Thread, Index> numbers;
    for (const Event& event : events) numbers.emplace(event.thread, Index(numbers.size()));
    std::string all;
    for (const auto& [thread, number] : numbers) name(all, thread, number);
    for (const Event& e : events) {
      begin(all, "X", e.name, e.thread, numbers.at(e.thread), e.from);
      all.append(", \"dur\": ").append(detail::microseconds(e.to - e.from)).append(", \"args\": {");
      for (std::size_t i = 0; i < e.arguments.size(); ++i)
        all.append(i ? ", " : "")
            .append(detail::in_quotes(e.arguments[i].first))
            .append(": ")
            .append(detail::json_of(e.arguments[i].second));
      all += "}}";
    }
    for (std::size_t i = 0; i < arrows.size(); ++i) {
      const Arrow& a = arrows[i];
      if (!numbers.contains(a.from) || !numbers.contains(a.to))
        throw Error(sentence("the arrow ", a.name, " joins a thread that has no events"));
      const std::string id = sentence(", \"id\": ", i);
      begin(all, "s", a.name, a.from, numbers.at(a.from), a.then), all += id + "}";
      begin(all, "f", a.name, a.to, numbers.at(a.to), a.later), all += id + ", \"bp\": \"e\"}";
    }
    return sentence("{\"displayTimeUnit\": \"ns\", \"traceEvents\": [", all, "\n]}\n");
  }

 private:
  using Thread = std::tuple<Index, std::size_t, std::string>;  // device, place among its threads
  struct Event {
    Thread thread;
    Index from, to;  // nanoseconds
    std::string name;
    TraceArguments arguments;
  };
  struct Arrow {
    std::string name;
    Thread from, to;
    Index then, later;
  };

  /// Pipes as backend/ascend/program/instruction.hpp names them, in its order; others after them,
  /// by name.
  static Thread thread(Index device, const std::string& name) {
    constexpr std::string_view known[] = {"AI Core", "S",    "V",   "M",   "MTE1",
                                          "MTE2",    "MTE3", "FIX", "HCCL"};
    return {device, std::size_t(std::ranges::find(known, name) - std::begin(known)), name};
  }
  static Index nanoseconds(double seconds) { return Index(std::llround(seconds * 1e9)); }

  static void check_nesting(const std::vector<Event>& events) {
    std::vector<const Event*> open;
    for (const Event& event : events) {
      while (!open.empty() &&
             (open.back()->thread != event.thread || open.back()->to <= event.from))
        open.pop_back();
      if (!open.empty() && open.back()->to < event.to)
        throw Error(sentence(event.name, " ends in the middle of ", open.back()->name, ", on ",
                             std::get<2>(event.thread), " of device ", std::get<0>(event.thread)));
      open.push_back(&event);
    }
  }
  static void begin(std::string& all, std::string_view phase, const std::string& name,
                    const Thread& thread, Index number, Index at) {
    all.append(all.empty() ? "\n" : ",\n")
        .append(sentence("{\"ph\": \"", phase, "\", \"name\": ", detail::in_quotes(name),
                         ", \"cat\": \"tenon\", \"pid\": ", std::get<0>(thread),
                         ", \"tid\": ", number, ", \"ts\": ", detail::microseconds(at)));
  }
  static void name(std::string& all, const Thread& thread, Index number) {
    const auto one = [&](const std::string& what, const std::string& value) {
      begin(all, "M", what, thread, number, 0);
      all.append(", \"args\": {").append(value).append("}}");
    };
    one("process_name", sentence("\"name\": \"device ", std::get<0>(thread), "\""));
    one("process_sort_index", sentence("\"sort_index\": ", std::get<0>(thread)));
    one("thread_name", sentence("\"name\": ", detail::in_quotes(std::get<2>(thread))));
    one("thread_sort_index", sentence("\"sort_index\": ", number));
  }

  std::vector<Event> events_;
  std::vector<Arrow> arrows_;
};

}  // namespace tenon
