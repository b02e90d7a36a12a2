// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The JSON form of MindSpore's strategy file, read:
///   {"current_stage":2,"parallel_layout_item":{"w":{"dev_matrix":[2],"tensor_map":[-1,0],...}},
///    "parallel_strategy_item":{"MatMul_w":{"parallel_strategy":[[2,1],[1,2]],"stage":0}}}
/// MindSpore: StrategyJsonInfo, build_searched_strategy.
#include <tenon/io/json_events.hpp>
#include <tenon/io/layout_mistake.hpp>

namespace tenon {

namespace detail {

class StrategyEvents : public JsonEvents {
 public:
  StrategyFile strategy;

 private:
  void value(const JsonValue& found) override {
    using enum JsonValue::Kind;
    const std::string_view open = inside();
    const bool is_container = found.kind == object || found.kind == end;
    if (open.empty() && is_container) return;
    if (open == "{" && found.kind == integer && name(0) == "current_stage")
      return void(strategy.current_stage = found.number);
    const bool is_layout = !open.empty() && name(0) == "parallel_layout_item";
    if (!open.empty() && (is_layout || name(0) == "parallel_strategy_item")) {
      if (open == "{" && is_container) return;
      if (open == "{{" && is_container)
        return is_layout ? layout(found.kind == object) : operation(found.kind == object);
      if (open == "{{{" && (found.kind == integer || found.kind == list))
        return is_layout ? layout_field(found) : strategy_field(found);
      if (open.starts_with("{{{[") && found.kind != text && found.kind != other)
        return is_layout ? layout_number(found) : split_number(found);
      if (open == "{{{" && found.kind == end) return;
    }
    fail("a strategy file has no such value here");
  }

  void layout(bool begins) {
    if (!begins) return finish_layout();
    if (strategy.layouts.size() == max_stored_layouts) fail("more than 65536 layouts");
    if (name(1).empty()) fail("a layout without a name");
    strategy.layouts.emplace_back().name = name(1);
    seen_ = 0;
  }
  void operation(bool begins) {
    if (!begins && seen_ != 3)
      fail(std::string(name(1)).append(" lacks its parallel_strategy or its stage"));
    if (!begins) return;
    if (strategy.strategies.size() == max_stored_strategies) fail("more than 65536 strategies");
    if (name(1).empty()) fail("a strategy without an operator's name");
    strategy.strategies.emplace_back().name = name(1);
    seen_ = 0;
  }
  /// The field's place in the list, once.
  int field(std::span<const std::string_view> fields, int lists, const JsonValue& found) {
    int i = 0;
    while (i < int(fields.size()) && fields[std::size_t(i)] != name(2)) ++i;
    if (i == int(fields.size()) || (i < lists) != (found.kind == JsonValue::list))
      fail(std::string(name(1)).append(" has no such ").append(name(2)));
    if (seen_ >> i & 1) fail(std::string(name(1)).append(" has ").append(name(2)).append(" twice"));
    seen_ |= 1 << i;
    return i;
  }
  void layout_field(const JsonValue& found) {
    constexpr std::string_view fields[] = {
        "dev_matrix", "tensor_map", "tensor_shape", "param_split_shape", "indices_offset",
        "field", "opt_weight_shard_step", "opt_weight_shard_size"};
    StoredLayout& stored = strategy.layouts.back();
    switch (field(fields, 5, found)) {
      case 5: stored.field = found.number; break;
      case 6: stored.opt_weight_shard_step = found.number; break;
      case 7: stored.opt_weight_shard_size = found.number; break;
    }
  }
  void layout_number(const JsonValue& found) {
    LayoutRecord& layout = strategy.layouts.back().layout;
    const char which = name(2).size() > 7 ? name(2)[7] : ' ';  // dev_matRix tensor_Map tensor_Shape
    if (found.kind != JsonValue::integer || inside() != "{{{[")
      fail(std::string(name(2)).append(" is a list of numbers"));
    if (name(2) == "param_split_shape" || name(2) == "indices_offset")
      fail("a parameter cut by hand into uneven blocks (param_split_shape), not supported");
    const int count = which == 'm' ? layout.tensor_map.size()
                      : which == 's' ? layout.shape.size() : layout.device_matrix.size();
    if (count == (which == 'm' || which == 's' ? max_dimensions : 16))
      fail(std::string(name(1)).append(" has more than ").append(std::to_string(count))
               .append(" dimensions or axes, which is not supported"));
    if (which == 'm') layout.tensor_map.push_back({found.number});
    else if (which == 's') layout.shape.push_back(found.number);
    else layout.device_matrix.push_back(found.number);
  }
  void finish_layout() {
    const StoredLayout& stored = strategy.layouts.back();
    if ((seen_ & 7) != 7)
      fail(std::string(stored.name).append(" lacks its dev_matrix, tensor_map or tensor_shape"));
    if (stored.layout.shape.size() != stored.layout.tensor_map.size())
      fail(std::string(stored.name).append(" has a tensor_map and a tensor_shape of other sizes"));
    if (const std::string mistake = layout_mistake(stored); !mistake.empty()) fail(mistake);
  }

  void strategy_field(const JsonValue& found) {
    constexpr std::string_view fields[] = {"parallel_strategy", "stage"};
    if (field(fields, 1, found) == 1) strategy.strategies.back().stage = found.number;
  }
  void split_number(const JsonValue& found) {
    std::vector<Dims>& splits = strategy.strategies.back().splits;
    const bool is_split = inside() == "{{{[";  // or a number of one
    if (found.kind == JsonValue::end) return;
    if (is_split ? found.kind != JsonValue::list
                 : inside() != "{{{[[" || found.kind != JsonValue::integer)
      fail("a parallel_strategy is a list of lists of numbers");
    if (is_split && splits.size() == max_stored_inputs) fail("a strategy for more than 16 inputs");
    if (is_split) return void(splits.emplace_back());
    if (splits.back().size() == max_dimensions) fail("a split of more than 8 dimensions");
    splits.back().push_back(found.number);
  }

  int seen_ = 0;  // of the item's fields
};

}  // namespace detail

/// The strategy in the text. Its shapes are flat; layout_of() takes them for what they are.
/// @throws Error that names the file and the byte: no JSON, damaged, without layouts, or with an
/// illegal or a second layout of a name.
inline StrategyFile parse_strategy_json(std::span<const char> text, const std::string& path) {
  detail::StrategyEvents events;
  events.strategy.path = path;
  events.read(text, std::string("cannot read ").append(path).append(": "));
  if (events.strategy.layouts.empty())
    throw Error(std::string(path).append(" is no strategy file: it has no layouts"));
  detail::check_names(events.strategy);
  return std::move(events.strategy);
}

}  // namespace tenon
