// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's strategy files, to the last byte what MindSpore writes of the same items in the same
/// order:  strategy_protobuf(strategy), strategy_json(strategy)
/// MindSpore: node_strategy.proto, StrategyCheckpoint::Save.
#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>

#include <tenon/io/atomic_write.hpp>
#include <tenon/io/stored_layout.hpp>
#include <tenon/layout/mindspore/flat_layout.hpp>

namespace tenon {

namespace detail {

/// { repeated dim = 1 }, one field a number; -1 in ten bytes.
inline void add_numbers(protozero::pbf_writer& writer, int field, const auto& numbers) {
  std::string list;
  protozero::pbf_writer list_writer(list);
  for (Index number : numbers) list_writer.add_int64(1, number);
  writer.add_message(protozero::pbf_tag_type(field), list);
}

inline bool has_several_axes(const AxisMap& map) {
  for (const Axes& axes : map)
    if (axes.size() > 1) return true;
  return false;
}

/// One message of a number a dimension, or for each dimension one of its axes.
inline void add_map(protozero::pbf_writer& writer, const StoredLayout& stored) {
  const AxisMap& map = stored.layout.tensor_map;
  const auto or_whole = [](const Axes& axes) { return axes.empty() ? Axes{-1} : axes; };
  if (stored.has_nested_map || has_several_axes(map)) {
    for (const Axes& axes : map) add_numbers(writer, 2, or_whole(axes));
    return;
  }
  Axes flat;
  for (const Axes& axes : map) flat.append(or_whole(axes));
  add_numbers(writer, 2, flat);
}

}  // namespace detail

/// The protobuf form. It has no shapes: those are dropped.
inline std::string strategy_protobuf(const StrategyFile& strategy) {
  std::string file;
  protozero::pbf_writer writer(file);
  writer.add_uint32(1, std::uint32_t(strategy.current_stage));
  for (const StoredStrategy& stored : strategy.strategies) {
    std::string item, splits;
    protozero::pbf_writer item_writer(item), splits_writer(splits);
    splits_writer.add_uint32(1, std::uint32_t(stored.stage));
    for (const Dims& split : stored.splits) detail::add_numbers(splits_writer, 2, split);
    item_writer.add_string(1, stored.name);
    item_writer.add_message(2, splits);
    writer.add_message(2, item);
  }
  for (const StoredLayout& stored : strategy.layouts) {
    std::string item, layouts;
    protozero::pbf_writer item_writer(item), layouts_writer(layouts);
    detail::add_numbers(layouts_writer, 1, stored.layout.device_matrix);
    detail::add_map(layouts_writer, stored);
    detail::add_numbers(layouts_writer, 3, Dims{});  // param_split_shape
    detail::add_numbers(layouts_writer, 4, Dims{});  // indices_offset
    layouts_writer.add_int32(5, std::int32_t(stored.field));
    layouts_writer.add_int32(6, std::int32_t(stored.opt_weight_shard_step));
    layouts_writer.add_int32(7, std::int32_t(stored.opt_weight_shard_size));
    item_writer.add_string(1, stored.name);
    item_writer.add_message(2, layouts);
    writer.add_message(3, item);
  }
  return file;
}

namespace detail {

/// Its shape flat: all axes of a dimension but the last divide it, or the rest would be lost.
inline FlatLayout flattened_evenly(const StoredLayout& stored) {
  const LayoutRecord& layout = stored.layout;
  if (layout.shape.size() != layout.tensor_map.size())
    throw Error(std::string(stored.name)
                    .append(" has no shape, which the JSON form of a strategy file needs: set "
                            "layout.shape"));
  for (int d = 0; d < layout.shape.size(); ++d) {
    Axes first = layout.tensor_map[d];
    if (!first.empty()) first.erase(first.size() - 1);
    if (layout.shape[d] % parts(layout.digits(first)) != 0)
      throw Error(std::string(stored.name)
                      .append(" has the shape ")
                      .append(text(layout.shape))
                      .append(", and the axes ")
                      .append(text(layout.tensor_map[d]))
                      .append(" of ")
                      .append(text(layout.device_matrix))
                      .append(" cut ")
                      .append(text(layout.shape[d]))
                      .append(" unevenly, which the JSON form of a strategy file cannot say; the "
                              "protobuf form (.ckpt) can"));
  }
  return flattened(layout);
}

}  // namespace detail

/// The JSON form, names sorted, shapes flat: a dimension of 512 that two axes of 2 cut is [2, 256].
/// @throws Error when a layout has no shape, or none that can be flat, or a name is no UTF-8.
inline std::string strategy_json(const StrategyFile& strategy) {
  const auto list = [](const auto& numbers) {
    return nlohmann::json(std::vector<Index>(numbers.begin(), numbers.end()));
  };
  nlohmann::json file = {{"current_stage", strategy.current_stage}};
  for (const StoredLayout& stored : strategy.layouts) {
    const FlatLayout flat = detail::flattened_evenly(stored);
    file["parallel_layout_item"][stored.name] = {
        {"dev_matrix", list(flat.device_matrix)},
        {"tensor_map", list(flat.tensor_map)},
        {"tensor_shape", list(flat.shape)},
        {"field", stored.field},
        {"opt_weight_shard_step", stored.opt_weight_shard_step},
        {"opt_weight_shard_size", stored.opt_weight_shard_size}};
  }
  for (const StoredStrategy& stored : strategy.strategies) {
    nlohmann::json splits = nlohmann::json::array();
    for (const Dims& split : stored.splits) splits.push_back(list(split));
    file["parallel_strategy_item"][stored.name] = {{"parallel_strategy", std::move(splits)},
                                                   {"stage", stored.stage}};
  }
  try {
    return file.dump();
  } catch (const nlohmann::json::exception&) {
    throw Error("a strategy file cannot be written as JSON: a name is no UTF-8");
  }
}

}  // namespace tenon
