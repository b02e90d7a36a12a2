// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators that repeat elements, or choose between those of two tensors.
#include <tenon/io/model_file/operators/conditions.hpp>
#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// The shapes are broadcast to each other, as numpy does. MindSpore's -1 is the operand's own size.
/// Where the batch is another one than the file's it is in the shape, too.
inline void record_expand(const SourceNode& at) {
  const Value x = at.operand(0);
  Dims to = at.dims("shape", 1);
  const auto grown = at.grown(0);
  while (to.size() < x.shape().size()) to.insert(0, 1);
  for (int d = 0; d < x.shape().size(); ++d) {
    Index& size = to[d + to.size() - x.shape().size()];
    const bool grows = grown && grown->dimension == d && size == grown->from;
    if (size == 1 || size == -1 || grows) size = x.shape()[d];
  }
  if (x.shape() == to) return at.pass();
  at.result(at.record(BroadcastTo(to), {x}));
}

/// x, each of whose dimensions is repeated so many times as a whole, or (`inside`) element by
/// element: [3, 5] is seen as [1, 3, 1, 5], and [2, 3, 4, 5] of that becomes [6, 20].
inline Value repeated(const SourceNode& at, Value x, const Dims& times, bool inside) {
  Dims seen, wide, result;
  for (int d = 0; d < x.shape().size(); ++d) {
    const Index size = x.shape()[d], n = times[d];
    Index all = 0;
    if (n < 0 || __builtin_mul_overflow(size, n, &all))
      at.fail(sentence("it repeats dimension ", d, " of ", text(x.shape()), " ", n, " times"));
    result.push_back(all);
    if (n == 1 || size == 1) {
      seen.push_back(size), wide.push_back(all);
      continue;
    }
    seen.push_back(inside ? size : 1), seen.push_back(inside ? 1 : size);
    wide.push_back(inside ? size : n), wide.push_back(inside ? n : size);
  }
  if (result == x.shape()) return x;
  x = at.reshaped(x, seen, "seen");
  return at.reshaped(at.record(BroadcastTo(wide), {x}, wide == result ? "" : "wide"), result);
}
inline void record_tile(const SourceNode& at) {
  Value x = at.operand(0);
  Dims times = at.dims(at.is_onnx() ? "repeats" : "multiples", 1), shape = x.shape();
  if (at.is_onnx() && times.size() != shape.size())
    at.fail(sentence("it has ", times.size(), " repeats, of ", text(shape)));
  while (times.size() < shape.size()) times.insert(0, 1);
  while (shape.size() < times.size()) shape.insert(0, 1);
  if (const auto grown = at.grown(0);
      grown && times[grown->dimension + times.size() - x.shape().size()] != 1)
    at.fail("it repeats the batch, which is another than the file's");
  x = at.reshaped(x, shape, "rows");
  const Value y = repeated(at, x, times, false);
  if (y.node == at.operand(0).node) return at.pass();
  at.result(y);
}

/// a where the condition is true, else b: the places of the inputs.
inline void choose(const SourceNode& at, int condition, int a, int b) {
  const auto chosen = [](double c, double x, double y) { return c != 0 ? x : y; };
  const Element element = at.is_folding() ? known_operand(at, a).element : at.element(a);
  if (auto known = known_elements(at, {condition, a, b}, element, chosen))
    return at.result(std::move(*known));
  const Known* number = at.known(a);
  const bool is_number = number && number->values.size() == 1;
  const Value no = at.operand_like(b, is_number ? at.element(b) : at.element(a));
  const Value yes = at.operand_like(a, no.element());
  const Element floating = is_floating(yes.element()) ? yes.element() : Element::float32;
  at.result(at.record(Select(), {as_floats(at, condition, floating), yes, no}));
}

/// The numbers of a small constant, of whatever type; none.
inline std::vector<double> few_numbers(const SourceNode& at, std::string_view name, int position) {
  if (const FileAttribute* a = at.state.file.attribute(at.node, name)) return a->reals;
  if (!at.has(position)) return {};
  if (const Known* k = at.known(position)) return k->values;
  const StoredTensor* stored = at.state.file.constant(at.input(position));
  if (!stored || product(stored->shape) > max_dimensions)
    at.fail(sentence("its ", name, " are only known while running; legal: constants"));
  return known(*stored).values;
}

/// How many times each dimension grows, of the axes that are named, or of all.
inline Dims resize_times(const SourceNode& at, const Dims& shape, bool newest) {
  const auto scales = few_numbers(at, "scales", newest ? 2 : 1);
  const auto sizes = newest && at.has(3) ? at.integers("sizes", 3) : std::nullopt;
  const auto named = at.integers("axes");
  const auto grown = at.grown(0);
  const std::size_t count = named ? named->size() : std::size_t(shape.size());
  if (const std::size_t given = sizes ? sizes->size() : scales.size(); given != count)
    at.fail(sentence("it has ", given, " scales or sizes; legal: ", count));
  Dims times = Dims::filled(shape.size(), 1);
  for (std::size_t i = 0; i < count; ++i) {
    const Index axis = named ? (*named)[i] : Index(i), d = from_front(axis, shape.size());
    if (d < 0 || d >= shape.size()) at.fail(sentence("of axis ", axis, ", of ", text(shape)));
    const Index from = grown && grown->dimension == d ? grown->from : shape[int(d)];
    double by = sizes ? double((*sizes)[i]) / double(from) : scales[i];
    if (sizes && from == (*sizes)[i]) by = 1;  // of nothing, too
    if (!(by >= 1 && by <= 65536 && by == std::floor(by)))
      at.fail(sentence("dimension ", d, " does not grow by a whole number of times, which is not ",
                       "supported"));
    times[int(d)] = Index(by);
  }
  return times;
}

/// Each element so many times, a whole number: what the nearest one is by every rule that is taken.
inline void record_resize(const SourceNode& at) {
  const Value x = at.operand(0);
  const bool newest = at.node.type == "Resize" && at.opset() > 10;
  const std::string_view mode = at.words("mode"), nearest = at.words("nearest_mode"),
                         place = at.words("coordinate_transformation_mode");
  const bool by_floor = !newest || (place == "asymmetric" && nearest == "floor");
  const bool by_middle =
      (place.empty() || place.starts_with("half_pixel") || place == "pytorch_half_pixel") &&
      (nearest.empty() || nearest.starts_with("round_prefer_"));
  if ((!mode.empty() && mode != "nearest") || (!by_floor && !by_middle))
    at.fail(
        "it is not of the nearest element, counted as half_pixel or asymmetric with floor, "
        "which is not supported");
  const std::string_view policy = at.words("keep_aspect_ratio_policy");
  if (!policy.empty() && policy != "stretch")
    at.fail(sentence("of the keep_aspect_ratio_policy ", policy,
                     ", which is not supported; legal: stretch"));
  const Dims times = resize_times(at, x.shape(), newest);
  const Value y = repeated(at, x, times, true);
  if (y.node == x.node) return at.pass();
  at.result(y);
}

inline constexpr SourceOperator repeating_operators[] = {
    {"Expand", "BroadcastTo", &record_expand},
    {"Tile", "Tile", &record_tile},
    {"Where", "Select", [](const SourceNode& at) { choose(at, 0, 1, 2); }},
    {"", "MaskedFill", [](const SourceNode& at) { choose(at, 1, 2, 0); }},
    {"Upsample", "", &record_resize},
    {"Resize", "", &record_resize},
};

}  // namespace tenon::detail
