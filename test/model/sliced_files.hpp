// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Parameters cut at random, as files and in memory. Who has which element is said here once more,
/// from MindSpore's definition: ranks are row-major over the device matrix, a tensor map counts its
/// axes from the right, block k of p of S elements is [k*S/p, (k+1)*S/p).
#include <random>

#include <tenon/io/stored_layout.hpp>
#include <tenon/io/tensor_source.hpp>
#include <tenon/plan/plan.hpp>

namespace tenon::test {

struct Random {
  std::mt19937_64 numbers;
  Index below(Index n) { return Index(numbers() % std::uint64_t(n)); }
};

/// Device matrices of these many ranks, tensor maps with tuple axes.
inline LayoutRecord random_layout(Random& random, Index devices, const Dims& shape) {
  LayoutRecord layout{{}, {}, shape};
  for (Index left = devices; left > 1 || layout.device_matrix.empty();) {
    Index axis = 1 + random.below(left);
    while (left % axis) ++axis;
    layout.device_matrix.push_back(axis);
    left /= axis;
  }
  for (int d = 0; d < shape.size(); ++d) layout.tensor_map.push_back({});
  for (int axis = 0; axis < layout.device_matrix.size(); ++axis) {
    const Index d = random.below(shape.size() + 1);
    if (d < shape.size()) layout.tensor_map[int(d)].push_back(axis);
  }
  for (Axes& axes : layout.tensor_map)
    if (axes.empty()) axes.push_back(-1);
  return layout;
}

/// [first, last) of a dimension that a rank has.
inline std::pair<Index, Index> held(const LayoutRecord& layout, int dimension, Index rank) {
  Index block = 0, parts = 1;
  for (Index value : layout.tensor_map[dimension]) {
    if (value < 0) continue;
    const int axis = layout.device_matrix.size() - 1 - int(value);
    Index below = 1;
    for (int other = axis + 1; other < layout.device_matrix.size(); ++other)
      below *= layout.device_matrix[other];
    block = block * layout.device_matrix[axis] + rank / below % layout.device_matrix[axis];
    parts *= layout.device_matrix[axis];
  }
  const Index size = layout.shape[dimension];
  return {block * size / parts, (block + 1) * size / parts};
}

/// A rank's slice: its sizes, and the row-major number of each of its elements in the whole.
struct Slice {
  Dims sizes;
  std::vector<Index> elements;
};
inline Slice slice_of(const LayoutRecord& layout, Index rank) {
  Slice slice{{}, {0}};
  for (int d = 0; d < layout.shape.size(); ++d) {
    const auto [first, last] = held(layout, d, rank);
    slice.sizes.push_back(last - first);
    std::vector<Index> next;
    for (Index before : slice.elements)
      for (Index i = first; i < last; ++i) next.push_back(before * layout.shape[d] + i);
    slice.elements = next;
  }
  return slice;
}

/// The bytes of elements of the whole: each is told from all others of all parameters.
inline std::string bytes_of_elements(const std::vector<Index>& elements, Index size, Index salt) {
  std::string bytes;
  for (Index element : elements) {
    const std::uint64_t mixed =
        (std::uint64_t(element) * 1000 + std::uint64_t(salt)) * 0x9E3779B97F4A7C15ull;
    for (Index i = 0; i < size; ++i) bytes += char(mixed >> (56 - 8 * i) & 0xff);
  }
  return bytes;
}

/// A few parameters, of a name, an element and a layout each.
struct CutParameter {
  std::string name;
  Element element;
  LayoutRecord layout;
};
inline std::vector<CutParameter> random_parameters(Random& random, Index devices) {
  constexpr Element elements[] = {Element::float32, Element::float16, Element::int8,
                                  Element::float64};
  std::vector<CutParameter> all;
  for (Index i = 0; i < 4; ++i) {
    Dims shape;
    for (Index d = 1 + random.below(3); d > 0; --d) shape.push_back(devices + random.below(20));
    all.push_back({"layer" + std::to_string(i) + ".weight", elements[i],
                   random_layout(random, devices, shape)});
  }
  return all;
}
/// The same parameters, cut otherwise over other ranks.
inline std::vector<CutParameter> recut(Random& random, std::vector<CutParameter> parameters,
                                       Index devices) {
  for (CutParameter& p : parameters) p.layout = random_layout(random, devices, p.layout.shape);
  return parameters;
}

inline StrategyFile strategy_of(const std::vector<CutParameter>& parameters) {
  StrategyFile strategy;
  for (const CutParameter& p : parameters) strategy.layouts.push_back({p.name, p.layout});
  return strategy;
}

/// What a rank's file holds.
inline std::vector<TensorSource> tensors_of(const std::vector<CutParameter>& parameters,
                                            Index rank) {
  std::vector<TensorSource> tensors;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const CutParameter& p = parameters[i];
    const Slice slice = slice_of(p.layout, rank);
    if (slice.elements.empty()) continue;
    const std::string content = bytes_of_elements(slice.elements, bytes(p.element), Index(i));
    tensors.emplace_back(p.name, p.element, slice.sizes,
                         [content](const Pieces& write) { write(content); });
  }
  return tensors;
}

/// A plan of these parameters and nothing else.
inline Plan plan_of_parameters(const std::vector<CutParameter>& parameters, Index devices) {
  Plan plan;
  plan.devices = devices;
  for (const CutParameter& p : parameters) {
    Buffer buffer{Buffer::Place::parameter, lower(p.layout), p.element, {}, plan.parameters, -1};
    buffer.name.first = int(plan.letters.size());
    buffer.name.count = int(p.name.size());
    for (char letter : p.name) plan.letters.push_back(letter);
    plan.parameters += buffer.bytes();
    plan.buffers.push_back(buffer);
  }
  return plan;
}

}  // namespace tenon::test
