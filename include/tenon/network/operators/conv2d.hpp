// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[n,o,p,q] = sum over c, k and l of x[n, c, p s + k d - top, q s + l d - left] w[o,c,k,l], where
/// s is the stride and d the dilation; what lies outside x is zero.
///   Conv2d({1, 1}, {2, 2, 2, 2})(x, w) of [32, 6, 28, 28] and [16, 6, 5, 5] is [32, 16, 28, 28]
/// With groups, the first of as many parts of o sums over the first part of c, and so on: w is
/// [o, c/groups, k, l].
/// Communicates: nothing where n or o is cut; where c is cut into parts, the result is a sum over
/// them. Height and width stay whole; with groups also c and o, but for one channel a group, where
/// both are cut together.
/// MindSpore: Conv2DInfo.
#include <tenon/network/elementwise.hpp>
#include <tenon/network/sums.hpp>
#include <tenon/network/window.hpp>

namespace tenon {

namespace detail {

constexpr Result infer_conv2d(const Operands& o) {
  const Dims &x = o.shapes[0], &w = o.shapes[1];
  const Index groups = groups_of(o.attributes);
  Result r{floating_operands(o), {}, o.elements[0]};
  for (int i = 0; i < 2 && !r.finding; ++i)
    if (o.shapes[i].size() != 4) r.finding = {Mistake::other_rank, {}, i, 0, o.shapes[i].size(), 4};
  if (!r.finding && groups < 1) r.finding = {Mistake::number_too_small, {}, 1, 0, groups, 1};
  if (r.finding) return r;
  if (x[1] % groups) r.finding = {Mistake::sizes_differ, {}, -1, 'c', x[1], x[1] / groups * groups};
  else if (x[1] / groups != w[1])
    r.finding = {Mistake::sizes_differ, {}, -1, 'c', x[1] / groups, w[1]};
  else if (w[0] % groups)
    r.finding = {Mistake::sizes_differ, {}, -1, 'o', w[0], w[0] / groups * groups};
  r.shape = {x[0], w[0]};
  for (int d = 0; d < 2 && !r.finding; ++d) {
    const Window window = convolution_window(o.attributes, d, w[2 + d]);
    r.finding = examine_window(window, x[2 + d], d ? 'W' : 'H');
    if (!r.finding) r.shape.push_back(window.places(x[2 + d]));
  }
  return r;
}

/// The kernel's dimensions have the letters of those along which it slides: they stay whole.
constexpr Equation conv2d_equation(const Operands& o) {
  const Index groups = groups_of(o.attributes);
  if (groups == 1) return equation("ncHW,ocHW->no11", "ncHWo");
  if (o.shapes[1][1] == 1) return equation("ncHW,c1HW->nc11", "ncHW");
  return equation("nCHW,O1HW->nO11", "nCHWO");
}

constexpr int conv2d_summed_dimension(const Dims&, const Attributes&) { return 1; }

template <class T>
void conv2d_law(const KernelCall& call) {
  const Block &x = call.inputs[0], &w = call.inputs[1], &y = call.output;
  const Index channels = w.size(1), height = x.size(2), width = x.size(3);
  const bool grouped = groups_of(call.attributes) > 1;
  const Index groups = grouped && channels > 0 ? x.size(1) / channels : 1;
  const Window down = convolution_window(call.attributes, 0, w.size(2)),
               across = convolution_window(call.attributes, 1, w.size(3));
  T* to = y.as<T>();
  for (Index n = 0; n < y.size(0); ++n)
    for (Index o = 0; o < y.size(1); ++o)
      for (Index p = 0; p < y.size(2); ++p)
        for (Index q = 0; q < y.size(3); ++q) {
          const Index channel = n * x.size(1) + o * groups / y.size(1) * channels;
          const T* image = x.as<const T>() + channel * height * width;
          const T* kernel = w.as<const T>() + o * channels * down.kernel * across.kernel;
          const Interval rows = down.inside(p, height), columns = across.inside(q, width);
          const auto term = [&](Index c) {  // what one channel adds
            T sum = 0;
            for (Index k = rows.first; k < rows.last; ++k)
              for (Index l = columns.first; l < columns.last; ++l)
                sum += image[(c * height + down.first(p) + k * down.dilation) * width +
                             across.first(q) + l * across.dilation] *
                       kernel[(c * down.kernel + k) * across.kernel + l];
            return sum;
          };
          const SumBlocks* blocks = grouped ? nullptr : call.sum_blocks;
          add_in_blocks<T>(blocks, channels, term, [&](Index sum_number, T sum) {
            if (call.bias) sum += call.inputs.back().as<const T>()[o];
            to[sum_number * volume(y.box)] = call.activation ? (*call.activation)(sum) : sum;
          });
          ++to;
        }
}

}  // namespace detail

struct Conv2d : Operation<Conv2d> {
  HeightWidth stride, dilation;
  Border border;  // of zeros
  Index groups;
  constexpr explicit Conv2d(HeightWidth steps = {}, const Border& zeros = {},
                            HeightWidth dilated = {}, Index group = 1)
      : stride(steps), dilation(dilated), border(zeros), groups(group) {}

  static constexpr Operator info{
      .name = "Conv2D",
      .operands = 2,
      .infer = &detail::infer_conv2d,
      .equation = &detail::conv2d_equation,
      .law = {&detail::conv2d_law<float>, &detail::conv2d_law<double>},
      .summed_dimension = &detail::conv2d_summed_dimension,
      .sums_in_blocks = true,
      .takes_epilogue = true,
      .bias_dimension = 1,
      .batch_parallel = true,
      .integers =
          "stride_h stride_w pad_top pad_bottom pad_left pad_right dilation_h dilation_w "
          "group"};
  constexpr Attributes attributes() const {
    Attributes a;
    for (const Dims& numbers : {stride.dims(), border.dims(), dilation.dims(), Dims{groups}})
      a.integers.append(numbers);
    return a;
  }
};
inline constexpr Conv2d conv2d{};

}  // namespace tenon
