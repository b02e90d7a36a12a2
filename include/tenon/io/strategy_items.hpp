// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The wire format of a strategy file's items:
///   "layer1.weight" { dev_matrix { 2 2 2 }  tensor_map { -1 1 }  field: 0 ... }
/// MindSpore: node_strategy.proto.
#include <utility>

#include <tenon/io/protobuf.hpp>
#include <tenon/io/stored_layout.hpp>

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

/// What can be wrong with a layout whose shape is not known.
inline void check_layout(const StoredLayout& stored, const Message& item) {
  Index devices = 1;
  for (Index size : stored.layout.device_matrix) {
    if (size < 1 || size > ((Index(1) << 40) - 1) / devices)
      item.fail(std::string(stored.name).append(" has the device matrix ")
                    .append(text(stored.layout.device_matrix))
                    .append("; legal: sizes of 1 or more, a product below 2^40"));
    devices *= size;
  }
  LayoutRecord any_shape = stored.layout;
  any_shape.shape = Dims::filled(any_shape.tensor_map.size(), 1);
  if (const Finding finding = examine(any_shape)) item.fail(text(finding, stored.name));
}

/// Reads { dev_matrix = 1, tensor_map = 2, param_split_shape = 3, indices_offset = 4, field = 5,
/// opt_weight_shard_step = 6, opt_weight_shard_size = 7 } into all but the name.
inline void read_layouts(Message layouts, StoredLayout& stored) {
  std::vector<Axes> matrices, maps;
  Axes by_hand;  // boundaries of uneven blocks
  while (layouts.next()) switch (layouts.number()) {
      case 1: read_numbers(layouts.message(), matrices.emplace_back()); break;
      case 2: read_numbers(layouts.message(), maps.emplace_back()); break;
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
  check_layout(stored, file);
  return stored;
}

/// Reads { node_name = 1, parallel_strategys = 2 { stage = 1, parallel_strategy = 2 } }.
inline StoredStrategy read_strategy(const Message& file) {
  StoredStrategy stored;
  for (Message item = file.message(); item.next();) {
    if (item.number() == 1) stored.name = item.name();
    if (item.number() != 2) continue;
    for (Message splits = item.message(); splits.next();) {
      if (splits.number() == 1) stored.stage = splits.integer();
      if (splits.number() == 2) read_numbers(splits.message(), stored.splits.emplace_back());
    }
  }
  if (stored.name.empty()) file.fail("a strategy without an operator's name");
  return stored;
}

}  // namespace tenon::detail
