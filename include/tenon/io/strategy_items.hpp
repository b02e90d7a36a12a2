// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The wire format of a strategy file's items:
///   "layer1.weight" { dev_matrix { 2 2 2 }  tensor_map { -1 1 }  field: 0 ... }
/// MindSpore: node_strategy.proto.
#include <utility>

#include <tenon/io/layout_mistake.hpp>
#include <tenon/io/protobuf.hpp>

namespace tenon::detail {

/// A message of numbers only: { repeated dim = 1 }.
template <int capacity>
void read_numbers(Message numbers, Vector<Index, capacity>& into) {
  while (numbers.next()) {
    if (numbers.number() != 1) numbers.fail("a list of numbers has another field");
    numbers.append_to(into);
  }
}

/// Several maps are one for each dimension; a single one has a number for each dimension.
inline AxisMap axis_map(const std::vector<Axes>& maps, const Message& item) {
  AxisMap map;
  const bool nested = maps.size() > 1;
  const std::size_t dimensions = nested ? maps.size() : std::size_t(maps.front().size());
  if (dimensions > max_dimensions) item.fail("a layout of more than 8 dimensions");
  for (std::size_t d = 0; d < dimensions; ++d)
    map.push_back(nested ? maps[d] : Axes{maps.front()[int(d)]});
  return map;
}

/// Reads { dev_matrix = 1, tensor_map = 2, param_split_shape = 3, indices_offset = 4, field = 5,
/// opt_weight_shard_step = 6, opt_weight_shard_size = 7 } into all but the name.
inline void read_layouts(Message layouts, StoredLayout& stored) {
  std::vector<Axes> matrices, maps;  // no more than a layout may have
  Axes by_hand;  // boundaries of uneven blocks
  while (layouts.next()) switch (layouts.number()) {
      case 1:
        if (!matrices.empty()) layouts.fail("a layout has two device matrices");
        read_numbers(layouts.message(), matrices.emplace_back());
        break;
      case 2:
        if (maps.size() == max_dimensions) layouts.fail("a layout of more than 8 dimensions");
        read_numbers(layouts.message(), maps.emplace_back());
        break;
      case 3: case 4:
        read_numbers(layouts.message(), by_hand);
        if (!by_hand.empty()) layouts.fail("a parameter cut by hand into uneven blocks "
                                           "(param_split_shape), which is not supported");
        break;
      case 5: stored.field = layouts.integer(); break;
      case 6: stored.opt_weight_shard_step = layouts.integer(); break;
      case 7: stored.opt_weight_shard_size = layouts.integer(); break;
      default: layouts.fail("a layout has a field that strategy files have not");
    }
  if (matrices.size() != 1 || maps.empty())
    layouts.fail("a layout has not one device matrix and a tensor map");
  stored.layout.device_matrix = matrices.front();
  stored.layout.tensor_map = axis_map(maps, layouts);
  stored.has_nested_map = maps.size() > 1;
}

/// Reads { param_name = 1, parallel_layouts = 2 }.
inline StoredLayout read_layout(const Message& file) {
  StoredLayout stored;
  bool has_layouts = false;
  for (Message item = file.message(); item.next();) switch (item.number()) {
      case 1: stored.name = item.name(); break;
      case 2:
        if (std::exchange(has_layouts, true)) item.fail("one parameter has two layouts");
        read_layouts(item.message(), stored);
        break;
      default: item.fail("a layout has a field that strategy files have not");
    }
  if (stored.name.empty() || !has_layouts) file.fail("a layout without a name, or a name without");
  if (const std::string mistake = layout_mistake(stored); !mistake.empty()) file.fail(mistake);
  return stored;
}

/// Reads one parallel_strategy { repeated dim = 1 }.
inline void read_split(const Message& splits, StoredStrategy& stored) {
  if (stored.splits.size() == max_stored_inputs)
    splits.fail(std::string("a strategy for more than ").append(std::to_string(max_stored_inputs))
                    .append(" inputs, which is not supported"));
  read_numbers(splits.message(), stored.splits.emplace_back());
}

/// Reads { node_name = 1, parallel_strategys = 2 { stage = 1, parallel_strategy = 2 } }.
inline StoredStrategy read_strategy(const Message& file) {
  StoredStrategy stored;
  for (Message item = file.message(); item.next();) {
    if (item.number() == 1) stored.name = item.name();
    if (item.number() != 2) continue;
    for (Message splits = item.message(); splits.next();) {
      if (splits.number() == 1) stored.stage = splits.integer();
      if (splits.number() == 2) read_split(splits, stored);
    }
  }
  if (stored.name.empty()) file.fail("a strategy without an operator's name");
  return stored;
}

}  // namespace tenon::detail
