// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The answer to a question about one operator, to read or as JSON.
#include <ostream>

#include <tenon/layout/exchange.hpp>
#include <tenon/layout/movement.hpp>
#include <tenon/plan/text.hpp>

#include "operator_answer.hpp"
#include "picture.hpp"

namespace tenon::explain {

/// One tensor's way through the operator: where it lies, and where it goes before or after the
/// arithmetic.
struct Passage {
  std::string name;
  LayoutRecord layout;
  Distribution from, to;
};

/// Inputs that MindSpore gathers first, and the first output with its sums added up.
inline std::vector<Passage> passages(const OperatorQuestion& q, const OperatorRecord& r) {
  const Placement p =
      place(q.equation, q.operands.shapes, q.result.shape, q.operands.splits, q.operands.devices);
  std::vector<Passage> all;
  for (int i = 0; i < r.inputs.size(); ++i)
    all.push_back({"input " + std::to_string(i), r.inputs[i], lower(r.inputs[i]), p.inputs[i]});
  for (int i = 0; i < r.outputs.size(); ++i) {
    const Distribution to = lower(r.outputs[i]);
    const std::string name = i ? "output " + std::to_string(i) : "output";
    all.push_back({name, r.outputs[i], r.forward && i == 0 ? p.output : to, to});
  }
  return all;
}

/// "AllReduce over axis 1: {0 2} {1 3}", each group once.
inline Strings groups_of(const ForwardSum& sum, Index devices) {
  Strings groups;
  for (Index rank = 0; rank < devices; ++rank) {
    std::vector<Index> members;
    for (Index member : group(sum.digits, rank)) members.push_back(member);
    if (*std::min_element(members.begin(), members.end()) == rank)
      groups.push_back("{" + rank_list(members) + "}");
  }
  return groups;
}

inline Index most_received(const Passage& p, Index devices) {
  Index most = 0;
  for (Index rank = 0; rank < devices; ++rank) most = std::max(most, received(p.from, p.to, rank));
  return most;
}

inline json slice_json(const Distribution& x, Index rank) {
  json slice = json::array();
  for (const Interval& i : x.box(rank)) slice.push_back({i.first, i.last});
  return slice;
}

inline json operator_json(const OperatorQuestion& q) {
  const OperatorRecord r = record_of(q);
  const List<Finding> found = q.objections();
  const Index devices = q.operands.devices;
  json fields = answer(q), slices = json::array(), moved = json::object(), groups = json::array();
  const std::vector<Passage> all = passages(q, r);
  for (Index rank = 0; rank < devices; ++rank) {
    json inputs = json::array(), outputs = json::array();
    for (const Passage& p : all)
      (p.name[0] == 'i' ? inputs : outputs).push_back(slice_json(lower(p.layout), rank));
    slices.push_back({{"rank", rank}, {"inputs", inputs}, {"outputs", outputs}});
  }
  for (const Passage& p : all)
    if (!(p.from == p.to))
      moved[p.name] = {{"movement", std::string(text(movement(p.from, p.to)))},
                       {"elements_received", most_received(p, devices)}};
  if (r.forward)
    for (Index rank = 0; rank < devices; ++rank) {
      const json members = to_json(group(r.forward.digits, rank));
      if (members[0] == rank) groups.push_back(members);
    }
  const auto shapes = [](const auto& list) {
    json all = json::array();
    for (const Dims& shape : list) all.push_back(to_json(shape));
    return all;
  };
  fields.update({{"operator", std::string(q.op->name)},
                 {"equation", text(q.equation)},
                 {"devices", devices},
                 {"total_devices", q.total_devices},
                 {"shapes", shapes(q.operands.shapes)},
                 {"out_shapes", shapes(q.outputs)},
                 {"strategies", shapes(q.operands.splits.inputs)},
                 {"forward_groups", groups},
                 {"sent", moved},
                 {"slices", slices},
                 {"refused", found.empty() ? json() : json(text(found[0], q.op->name))}});
  return fields;
}

inline void operator_text(std::ostream& out, const OperatorQuestion& q) {
  const OperatorRecord r = record_of(q);
  const Index devices = q.operands.devices;
  const std::vector<Passage> all = passages(q, r);
  const auto row = [&](std::string name) -> std::ostream& {
    name.resize(std::max(name.size() + 2, std::size_t(24)), ' ');
    return out << "  " << name;
  };
  out << q.op->name << "  " << text(q.equation) << "  on " << devices
      << (devices == 1 ? " device\n" : " devices\n");
  row("strategy") << text(q.operands.splits.inputs)
                  << (q.stated ? "\n" : "  (MindSpore's default)\n");
  row("device matrix") << text(r.device_matrix) << "\n";
  row("repeated calculation") << r.repeated_calc_num << (r.repeated_right ? "" : ", at the left")
                              << "\n";
  for (const Passage& p : all) {
    row(p.name) << text(p.layout.shape) << "  map " << to_json(p.layout.tensor_map).dump();
    if (!(p.layout.device_matrix == r.device_matrix)) out << " on " << text(p.layout.device_matrix);
    out << "  slice " << text(lower(p.layout).largest_block()) << "\n";
  }
  if (r.forward) {
    row(std::string(r.forward.name())) << "sum over axes " << text(r.forward.axes) << ", groups";
    for (const std::string& one : groups_of(r.forward, devices)) out << " " << one;
    out << "\n";
  }
  bool any = false;
  for (const Passage& p : all) {
    if (p.from == p.to) continue;
    any = true;
    row("sent of " + p.name) << text(movement(p.from, p.to)) << ", " << most_received(p, devices)
                             << " elements to each rank at most\n";
  }
  if (!any) row("sent") << "nothing\n";
  for (const Passage& p : all) {
    out << "\n" << p.name << "  " << text(lower(p.layout)) << "\n";
    for (const std::string& line : picture(lower(p.layout), devices)) out << "  " << line << "\n";
  }
  out << "\n";
  for (Index rank = 0; rank < devices; ++rank) {
    out << "rank " << rank << ":";
    for (const Passage& p : all) out << "  " << p.name << " " << text(lower(p.layout).box(rank));
    out << "\n";
  }
  const List<Finding> found = q.objections();
  if (!found.empty()) out << "\nMindSpore refuses it: " << text(found[0], q.op->name) << "\n";
}

}  // namespace tenon::explain
