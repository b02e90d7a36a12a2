// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Pads, and how they become the border of the convolution or pool behind them.
#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// What comes before and after each dimension; less than none is taken away.
struct Around {
  Dims before, after;
};

/// ONNX: all that is before, then all that is after, of the axes that are named, or of all.
inline Around onnx_around(const SourceNode& at, int rank) {
  const auto pads = at.integers("pads", 1);
  const auto named = at.integers("axes", 3);
  Around a{Dims::filled(rank, 0), Dims::filled(rank, 0)};
  std::vector<Index> axes = named.value_or(std::vector<Index>());
  for (int d = 0; d < rank && !named; ++d) axes.push_back(d);
  const std::size_t n = axes.size();
  if (!pads || pads->size() != 2 * n)
    at.fail(sentence("it has ", pads ? pads->size() : 0, " pads; legal: ", 2 * n));
  for (std::size_t i = 0; i < n; ++i) {
    const Index d = from_front(axes[i], rank);
    if (d < 0 || d >= rank) at.fail(sentence("of axis ", axes[i], ", of ", rank, " dimensions"));
    a.before[int(d)] = (*pads)[i], a.after[int(d)] = (*pads)[n + i];
  }
  return a;
}

/// MindSpore: pairs, of Pad from the first dimension on, of PadV3 from the last one on.
inline Around mindspore_around(const SourceNode& at, int rank) {
  const auto pads = at.integers("paddings", 1).value_or(std::vector<Index>());
  const bool from_last = at.node.type == "PadV3";
  if (pads.size() % 2 || pads.size() > 2 * std::size_t(rank) ||
      (!from_last && pads.size() != 2 * std::size_t(rank)))
    at.fail(sentence("it has ", pads.size(), " paddings, of ", rank, " dimensions"));
  if (from_last && at.integer("paddings_contiguous", -1, 1) == 0)
    at.fail("its paddings are not contiguous, which is not supported");
  Around a{Dims::filled(rank, 0), Dims::filled(rank, 0)};
  for (std::size_t i = 0; i < pads.size() / 2; ++i) {
    const int d = from_last ? rank - 1 - int(i) : int(i);
    a.before[d] = pads[2 * i], a.after[d] = pads[2 * i + 1];
  }
  return a;
}

inline void record_pad(const SourceNode& at) {
  Value x = at.operand(0);
  const int rank = x.shape().size();
  if (const std::string_view mode = at.words("mode"); !mode.empty() && mode != "constant")
    at.fail(sentence("of the mode ", mode, ", which is not supported; legal: constant"));
  Around a = at.is_onnx() ? onnx_around(at, rank) : mindspore_around(at, rank);
  const auto grown = at.grown(0);
  Dims begins, ends;
  bool cuts = false, pads = false;
  for (int d = 0; d < rank; ++d) {
    constexpr Index most = Index(1) << 30;
    for (Index* around : {&a.before[d], &a.after[d]})
      if (*around > most || *around < -most)
        at.fail(sentence("it puts ", *around, " elements around dimension ", d));
    if (grown && grown->dimension == d && (a.before[d] || a.after[d]))
      at.fail("it changes the batch, which is another than the file's");
    begins.push_back(a.before[d] < 0 ? -a.before[d] : 0);
    ends.push_back(x.shape()[d] + (a.after[d] < 0 ? a.after[d] : 0));
    if (ends[d] < begins[d]) at.fail(sentence("it leaves nothing of dimension ", d));
    cuts = cuts || a.before[d] < 0 || a.after[d] < 0;
    for (Index* around : {&a.before[d], &a.after[d]}) *around = *around < 0 ? 0 : *around;
    pads = pads || a.before[d] || a.after[d];
  }
  if (!cuts && !pads) return at.pass();
  if (cuts) x = at.record(StridedSlice(begins, ends), {x}, pads ? "slice" : "");
  const double value = at.real(at.is_onnx() && at.opset() < 11 ? "value" : "constant_value", 2, 0);
  at.result(pads ? at.record(Pad(a.before, a.after, value), {x}) : x);
}

/// The picture before a pad with this number around height and width, where `x` is such a pad; the
/// border grows by what it put there. Else x, and where strategies are kept: a pad may have one.
/// @param number of the border
inline Value without_pad(const SourceNode& at, Value x, double number, Border& border) {
  if (at.state.keep_strategies) return x;
  const Node& made = at.state.result.graph.nodes[std::size_t(x.node)];
  if (made.op != &Pad::info || x.shape().size() != 4 || made.attributes.reals[0] != number)
    return x;
  const auto& n = made.attributes.integers;
  if (n[0] || n[1] || n[4] || n[5]) return x;
  border.top += n[2], border.left += n[3], border.bottom += n[6], border.right += n[7];
  return {x.graph, made.inputs[0]};
}

inline constexpr SourceOperator padding_operators[] = {
    {"Pad", "Pad", &record_pad},
    {"", "PadV3", &record_pad},
};

}  // namespace tenon::detail
