// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Cases of what MindSpore refuses: Tenon must refuse it too, and for the case's reason.
///   {"kind": "invalid", "op": "softmax", "shapes": [[2,4,8,16]], "strategies": [[2,4,8]],
///    "devices": 128, "reason": "strategy_rank_mismatch"}
#include "newer_operators.hpp"
#include "parameter_cases.hpp"

namespace tenon::explain {

namespace detail {

using Objections = List<Objection>;

inline void object(Objections& found, const Finding& finding, const std::string& op) {
  if (finding) found.push_back({finding.mistake, "", text(finding, op)});
}

/// MindSpore's context: 1 to 4096 devices, ranks below that, words from a list.
inline Objections object_to_context(const json& c) {
  static const std::map<std::string, std::pair<Index, Index>> ranges{
      {"device_num", {1, 4096}},
      {"global_rank", {0, 4095}},
      {"pipeline_stages", {1, 4096}},
      {"tensor_slice_align_size", {1, 1024}}};
  static const std::map<std::string, std::set<std::string>> words{
      {"parallel_mode",
       {"stand_alone", "data_parallel", "hybrid_parallel", "semi_auto_parallel", "auto_parallel"}},
      {"search_mode", {"recursive_programming", "dynamic_programming", "sharding_propagation"}},
      {"communi_parallel_mode",
       {"all_group_parallel", "same_server_group_parallel", "no_group_parallel"}}};
  const std::string argument = c.at("argument");
  const json& value = c.at("value");
  const auto range = ranges.find(argument);
  const auto list = words.find(argument);
  if (range == ranges.end() && list == words.end())
    throw Error("the context has no argument " + argument);
  if (range != ranges.end() && value.is_number_integer() && value >= range->second.first &&
      value <= range->second.second)
    return {};
  if (list != words.end() && value.is_string() && list->second.count(value)) return {};
  return {{Mistake::none, "context_value", argument + " may not be " + value.dump()}};
}

/// A device matrix over a list of devices, seen from one of them.
inline Objections object_to_devices(const json& c) {
  const List<Index> devices = list_of(c.at("dev_list")), matrix = list_of(c.at("device_matrix"));
  Objections found;
  if (product(matrix) != Index(devices.size()))
    object(found,
           {Mistake::device_count_differs, {}, -1, 0, product(matrix), Index(devices.size())}, "");
  if (c.contains("rank") && !position(devices, c.at("rank")))
    found.push_back({Mistake::none, "rank_not_in_list", "the rank is not among the devices"});
  return found;
}

inline Objections object_to_layout(const json& c) {
  const LayoutRecord layout{items_of<Axes>(c.at("device_matrix")), axis_map(c.at("tensor_map")),
                            dims_in(c.at("tensor_shape"), "tensor_shape")};
  Objections found;
  List<Finding> findings;
  examine_layout(findings, layout, -1, layout.devices());
  for (const Finding& finding : findings) object(found, finding, "");
  if (found.empty() && c.at("op") == "opt_shard_slice" &&
      !optimizer_shard_slice(layout, c.value("optimizer_weight_shard_size", Index(-1))))
    object(found, {Mistake::does_not_divide, {}, 0, '0', slice_shape(layout)[0], copies(layout)},
           "");
  return found;
}

inline Objections object_to_operator(const json& c) {
  Objections found;
  const OperatorQuestion q = operator_question(c);
  for (const Finding& finding : q.objections()) object(found, finding, std::string(q.op->name));
  return found;
}

inline Objections object_to_layouts(const json& c) {
  Objections found;
  const std::string op = c.at("op");
  for (const Finding& finding : on_layouts(c, op, false).found) object(found, finding, op);
  return found;
}

/// All that there is to object to; what Tenon throws counts.
inline Objections objections_to(const json& c) {
  const std::string op = c.at("op");
  try {
    if (op == "context") return object_to_context(c);
    if (op == "layout_api") return static_cast<void>(compute_alias(c)), Objections{};
    if (c.contains("dev_list")) return object_to_devices(c);
    if (c.contains("tensor_map")) return object_to_layout(c);
    if (c.value("framework", "") == "hyper-parallel") return newer_operator(c).found;
    if (is_layout_operator_kind(op)) return object_to_layouts(c);
    return object_to_operator(c);
  } catch (const Error& error) {
    return {{Mistake::none, "", error.what()}};
  }
}

/// The mistakes that a reason of the cases may be.
inline std::set<Mistake> mistakes_of(const std::string& reason) {
  static const std::vector<std::pair<std::string, std::set<Mistake>>> meanings{
      {"count_mismatch", {Mistake::inputs_without_split, Mistake::device_count_differs}},
      {"rank_mismatch", {Mistake::split_of_other_rank, Mistake::map_of_other_rank}},
      {"strategy_mismatch", {Mistake::inputs_cut_differently}},
      {"maps_differ", {Mistake::inputs_cut_differently}},
      {"strategies_differ", {Mistake::inputs_cut_differently}},
      {"devices_not_divisible", {Mistake::too_many_devices}},
      {"not_divisible", {Mistake::does_not_divide}},
      {"not_positive", {Mistake::cut_not_positive}},
      {"power_of", {Mistake::no_power_of_two}},
      {"broadcast", {Mistake::size_one_cut, Mistake::sizes_differ, Mistake::does_not_divide}},
      {"axis_out_of_range", {Mistake::no_such_axis}},
      {"axis_is_split", {Mistake::whole_dimension_cut}},
      {"value_repeated", {Mistake::axis_used_twice}},
      {"shard_and_partial", {Mistake::axis_used_twice}},
      {"value_out_of_range", {Mistake::map_value_out_of_range}},
      {"out_strategy", {Mistake::illegal_output_split}},
      {"out_layout", {Mistake::illegal_output_split}},
      {"output_", {Mistake::illegal_output_split}},
      {"reshape_needs", {Mistake::cut_reshaped_unevenly, Mistake::whole_dimension_cut}}};
  for (const auto& [words, mistakes] : meanings)
    if (reason.find(words) != std::string::npos) return mistakes;
  return {};
}

}  // namespace detail

/// Nothing if there is an objection for the case's reason (also behind others that MindSpore finds
/// first), or for any reason where Tenon has no name for it.
inline std::optional<std::string> check_invalid_case(const json& c) {
  const detail::Objections found = detail::objections_to(c);
  const std::string reason = c.at("reason");
  if (found.empty()) return "Tenon takes it: expected " + reason;
  const std::set<Mistake> meant = detail::mistakes_of(reason);
  bool named = !meant.empty();
  for (const Objection& one : found) {
    if (one.reason == reason || (one.mistake != Mistake::none && meant.count(one.mistake)))
      return std::nullopt;
    named = named || !one.reason.empty();
  }
  if (!named) return std::nullopt;
  return "reason: expected " + reason + ", computed " + found[0].words;
}

}  // namespace tenon::explain
