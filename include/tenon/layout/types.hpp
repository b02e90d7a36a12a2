// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Layouts as types, for what the compiler should tell apart. A named axis is an enumerator: its
/// type is the axis, its value the size.
///   enum Data { dp = 2 };  enum Model { tp = 4 };
///   Layout<DeviceMatrix<dp, tp>, Split<dp, 1>>        rows over dp, columns whole
///   Layout<DeviceMatrix<2, 4>, TensorMap<1, -1>>      the same in MindSpore's numbers
///   Split<Together<dp, tp>{}, 1>                      rows over both, dp the more significant
/// Names lower to digits of their device matrix, never back.
#include <type_traits>
#include <utility>

#include <tenon/layout/record.hpp>

namespace tenon {

template <Index... sizes>
struct Shape {
  static constexpr Dims value{sizes...};
};

template <auto... axes>
struct DeviceMatrix {
  static constexpr Axes value{Index(axes)...};
  static constexpr Index devices = (Index(1) * ... * Index(axes));
  /// From the left; -1: it has no such axis.
  template <class Axis>
  static constexpr int index = [] {
    int i = 0, found = -1;
    ((std::is_same_v<std::remove_cv_t<decltype(axes)>, Axis> ? found = i++ : i++), ...);
    return found;
  }();
};

template <auto... axes>
struct Together {};

/// For each dimension an axis of the device matrix, several of them, or 1: whole.
template <auto... cuts>
struct Split {
  static constexpr int size = sizeof...(cuts);
  static constexpr auto whole = 1;
};
/// For each dimension MindSpore's number of an axis, counted from the right, several of them, or
/// -1.
template <auto... entries>
struct TensorMap {
  static constexpr int size = sizeof...(entries);
  static constexpr auto whole = -1;
};
/// The splits of an operator's inputs, in numbers of parts.
template <class... Splits>
struct Strategy {};
template <class Matrix, class Cuts>
struct Layout {};

template <class A, class B>
inline constexpr bool are_written_alike = false;
template <auto... a, auto... b>
inline constexpr bool are_written_alike<Split<a...>, Split<b...>> = true;
template <auto... a, auto... b>
inline constexpr bool are_written_alike<TensorMap<a...>, TensorMap<b...>> = true;

template <auto axis, class Matrix>
inline constexpr bool device_matrix_has_axis =
    Matrix::template index<std::remove_cv_t<decltype(axis)>> >= 0;
template <auto number>
inline constexpr bool cut_is_an_axis_or_one = std::is_enum_v<decltype(number)> ||
                                              Index(number) == 1;
template <class Cuts, int entries, int dimensions>
inline constexpr bool every_dimension_has_a_cut = entries == dimensions;
template <class Matrix, class Cuts, Index axis>
inline constexpr bool axis_cuts_one_dimension = axis < 0;
template <class Matrix, class Cuts, Index value, Index axes>
inline constexpr bool tensor_map_names_an_axis = value >= -1 && value < axes;

namespace detail {

/// The tensor map value of a named axis; -1 of a 1.
template <class Matrix, auto cut>
constexpr Index map_value() {
  static_assert(cut_is_an_axis_or_one<cut>,
                "tenon: illegal layout: a dimension is cut by a number: name an axis of the device "
                "matrix, or 1");
  if constexpr (std::is_enum_v<decltype(cut)>) {
    static_assert(device_matrix_has_axis<cut, Matrix>,
                  "tenon: illegal layout: the device matrix has no such axis");
    if constexpr (device_matrix_has_axis<cut, Matrix>)
      return Matrix::value.size() - 1 - Matrix::template index<std::remove_cv_t<decltype(cut)>>;
    else return -1;
  } else {
    return -1;
  }
}
template <class Matrix, auto... cuts>
constexpr Axes map_entry(Together<cuts...>) {
  return {map_value<Matrix, cuts>()...};
}
template <class Matrix, auto cut>
constexpr Axes named_entry() {
  if constexpr (std::is_class_v<decltype(cut)>) return map_entry<Matrix>(cut);
  else return {map_value<Matrix, cut>()};
}
template <auto... values>
constexpr Axes numbered_entry(Together<values...>) {
  return {Index(values)...};
}
template <auto value>
constexpr Axes numbered_entry() {
  if constexpr (std::is_class_v<decltype(value)>) return numbered_entry(value);
  else return {Index(value)};
}
template <class Matrix, auto... cuts>
constexpr AxisMap axis_map(Split<cuts...>) {
  return {named_entry<Matrix, cuts>()...};
}
template <class Matrix, auto... entries>
constexpr AxisMap axis_map(TensorMap<entries...>) {
  return {numbered_entry<entries>()...};
}

template <class Matrix, class Cuts, Mistake mistake, Index a, Index b>
constexpr bool layout_verdict() {
  if constexpr (mistake == Mistake::map_of_other_rank)
    static_assert(every_dimension_has_a_cut<Cuts, a, b>,
                  "tenon: illegal layout: a tensor map has not one entry for each dimension");
  if constexpr (mistake == Mistake::axis_used_twice)
    static_assert(axis_cuts_one_dimension<Matrix, Cuts, a>,
                  "tenon: illegal layout: an axis of the device matrix cuts twice");
  if constexpr (mistake == Mistake::map_value_out_of_range)
    static_assert(
        tensor_map_names_an_axis<Matrix, Cuts, a, b>,
        "tenon: illegal layout: a tensor map names an axis that the device matrix has not");
  return mistake == Mistake::none;
}

}  // namespace detail

/// What a layout type means for a shape; whole where it is illegal, after one assertion.
template <class Shape, class Matrix, class Cuts>
constexpr Distribution lower(Layout<Matrix, Cuts>) {
  constexpr LayoutRecord layout{Matrix::value, detail::axis_map<Matrix>(Cuts{}), Shape::value};
  constexpr Finding finding = examine(layout);
  if constexpr (detail::layout_verdict<Matrix, Cuts, finding.mistake, finding.first,
                                       finding.second>())
    return lower(layout);
  else return whole(Shape::value);
}

}  // namespace tenon
