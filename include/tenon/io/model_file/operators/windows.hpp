// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators with a window that slides over pictures: convolutions and pools.
#include <tenon/io/model_file/operators/padding.hpp>

namespace tenon::detail {

/// Height and width: of one number, or of two, or the last of MindSpore's four.
inline HeightWidth height_width(const SourceNode& at, std::string_view name, int position = -1) {
  const auto list = at.integers(name, position).value_or(std::vector<Index>{1});
  const std::size_t n = list.size();
  if (n != 1 && n != 2 && n != 4)
    at.fail(sentence("its ", name, " is ", n, " numbers; legal: two, of height and width"));
  return {list[n == 1 ? 0 : n - 2], list[n - 1]};
}

/// The border with which there are as many windows as strides fit into the picture; what is odd of
/// it lies at the end, or at the beginning.
inline Border border_of_same(const Dims& x, HeightWidth kernel, HeightWidth stride,
                             HeightWidth dilation, bool odd_first) {
  const auto both = [](Index size, Index k, Index s, Index d) {
    const Index places = s > 0 ? (size + s - 1) / s : 0;
    const Index all = (places - 1) * s + d * (k - 1) + 1 - size;
    return all > 0 ? all : 0;
  };
  const Index rows = both(x[2], kernel.height, stride.height, dilation.height);
  const Index columns = both(x[3], kernel.width, stride.width, dilation.width);
  const Index top = odd_first ? rows - rows / 2 : rows / 2;
  const Index left = odd_first ? columns - columns / 2 : columns / 2;
  return {top, rows - top, left, columns - left};
}

struct Sliding {
  HeightWidth kernel, stride, dilation;
  Border border;
};

/// ONNX: kernel_shape, strides, dilations, and pads as top, left, bottom, right or an auto_pad.
inline Sliding onnx_sliding(const SourceNode& at, HeightWidth kernel) {
  Sliding s{kernel, height_width(at, "strides"), height_width(at, "dilations"), {}};
  const std::string_view automatic = at.words("auto_pad");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    s.border = border_of_same(at.shape(0), kernel, s.stride, s.dilation, automatic == "SAME_LOWER");
  } else if (const Dims pads = at.dims("pads"); automatic != "VALID" && !pads.empty()) {
    if (pads.size() != 4) at.fail(sentence("its pads are ", pads.size(), " numbers; legal: 4"));
    s.border = {pads[0], pads[2], pads[1], pads[3]};
  }
  return s;
}

/// MindSpore's pad_mode: a word, or 0 for pad, 1 for same, 2 for valid.
inline Index pad_mode(const SourceNode& at, int position) {
  const std::string_view word = at.words("pad_mode");
  const auto is = [&](std::string_view small, std::string_view large) {
    return word == small || word == large;
  };
  return is("pad", "PAD") ? 0 : is("same", "SAME") ? 1 : is("valid", "VALID") ? 2
         : at.integer("pad_mode", position, 2);
}
inline void check_pictures(const SourceNode& at) {
  if (at.shape(0).size() != 4)
    at.fail(sentence("of ", text(at.shape(0)),
                     "; legal: 4 dimensions, of images, channels, height and width"));
  const std::string_view format = at.words("format");
  if (!format.empty() && format != "NCHW")
    at.fail(sentence("of the format ", format, "; legal: NCHW"));
}

/// Conv(x, w, b): its name is the convolution's, or the bias', which is what follows it.
inline void record_conv(const SourceNode& at) {
  check_pictures(at);
  const Value x = at.operand(0), w = at.operand(1);
  if (w.shape().size() != 4) at.fail(sentence("with a kernel of ", text(w.shape())));
  const HeightWidth kernel{w.shape()[2], w.shape()[3]};
  Sliding s;
  if (at.is_onnx()) {
    s = onnx_sliding(at, kernel);
  } else {
    s = {kernel, height_width(at, "stride"), height_width(at, "dilation"), {}};
    const Dims known = at.dims("pad_list"), pad = known.size() == 4 ? known : at.dims("pad");
    const Index mode = pad_mode(at, -1);
    if (known.empty() && mode == 1)
      s.border = border_of_same(x.shape(), kernel, s.stride, s.dilation, false);
    else if (pad.size() == 4 && (mode != 2 || !known.empty()))
      s.border = {pad[0], pad[1], pad[2], pad[3]};
  }
  const bool has_bias = at.is_onnx() && at.has(2);
  const Value picture = without_pad(at, x, 0, s.border);
  const Value y = at.record(Conv2d(s.stride, s.border, s.dilation, at.integer("group", -1, 1)),
                            {picture, w}, has_bias ? "convolution" : "");
  at.result(has_bias ? at.record(BiasAdd(), {y, at.operand(2)}) : y);
}

/// MindSpore's inputs of AvgPool from 1 on are the window, its strides and its mode. The mode pad
/// is MindSpore Lite's: it has a pad_list and dilations as a convolution has.
inline Sliding pool_sliding(const SourceNode& at) {
  check_pictures(at);
  if (at.is_onnx()) return onnx_sliding(at, height_width(at, "kernel_shape"));
  Sliding s{height_width(at, "kernel_size", 1), height_width(at, "strides", 2),
            height_width(at, "dilation"), {}};
  const Index mode = pad_mode(at, 3);
  if (mode == 1) s.border = border_of_same(at.shape(0), s.kernel, s.stride, s.dilation, false);
  const Dims pad = at.dims("pad_list");
  if (mode == 0 && pad.size() != 4) at.fail("of the pad_mode pad without a pad_list of four");
  if (mode == 0) s.border = {pad[0], pad[1], pad[2], pad[3]};
  return s;
}
inline void record_max_pool(const SourceNode& at) {
  Sliding s = pool_sliding(at);
  if (at.node.outputs.size() > 1 && at.node.outputs[1] >= 0)
    at.fail("its indices are read, which is not supported");
  constexpr double border = -std::numeric_limits<double>::infinity();
  const bool hangs = at.integer("ceil_mode", -1, 0) != 0;  // over the end of what is padded
  const Value x = hangs ? at.operand(0) : without_pad(at, at.operand(0), border, s.border);
  at.result(at.record(MaxPool(s.kernel, s.stride, s.border, s.dilation, hangs), {x}));
}
inline void record_average_pool(const SourceNode& at) {
  Sliding s = pool_sliding(at);
  const bool hangs = at.integer("ceil_mode", -1, 0) != 0;
  bool counts = at.integer("count_include_pad", -1, 0) != 0;
  Value x = at.operand(0);
  if (!hangs && (counts || s.border.dims() == Dims{0, 0, 0, 0})) {
    const Value picture = without_pad(at, x, 0, s.border);
    counts = counts || picture.node != x.node;
    x = picture;
  }
  at.result(
      at.record(AveragePool(s.kernel, s.stride, s.border, s.dilation, hangs, counts), {x}));
}

inline constexpr SourceOperator window_operators[] = {
    {"Conv", "Conv2D", &record_conv},
    {"MaxPool", "MaxPool", &record_max_pool},
    {"AveragePool", "AvgPool", &record_average_pool},
};

}  // namespace tenon::detail
