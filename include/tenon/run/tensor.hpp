// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A rank's slice of a tensor whose layout is part of its type; operators on them check the cut and
/// deduce the result's.
///   Tensor<float, Shape<32, 784>, DeviceMatrix<dp, tp>, Split<dp, 1>> x(ranks);
///   auto y = matmul(x, w);                       // [32, 512] Split<dp, tp>
///   auto z = redistribute<Split<1, 1>>(y);       // an all-gather that one can see
/// A program of one operator is a plan of one node, and runs like any other.
#include <span>
#include <vector>

#include <tenon/layout/types.hpp>
#include <tenon/run/ranks.hpp>

namespace tenon {

/// Where: DeviceMatrix<...>, Split<...>; or Layout<DeviceMatrix<...>, TensorMap<...>>.
template <class... Where>
struct WrittenLayout;
template <class Matrix, class Cuts>
struct WrittenLayout<Matrix, Cuts> {
  using type = Layout<Matrix, Cuts>;
  using device_matrix = Matrix;
  using cuts = Cuts;
  template <class T, class Shape, class OtherCuts, template <class, class, class...> class Tensor>
  using tensor = Tensor<T, Shape, Matrix, OtherCuts>;
};
template <class Matrix, class Cuts>
struct WrittenLayout<Layout<Matrix, Cuts>> {
  using type = Layout<Matrix, Cuts>;
  using device_matrix = Matrix;
  using cuts = Cuts;
  template <class T, class Shape, class OtherCuts, template <class, class, class...> class Tensor>
  using tensor = Tensor<T, Shape, Layout<Matrix, OtherCuts>>;
};

template <class T, class TensorShape, class... Where>
class Tensor {
 public:
  using Value = T;
  using Written = WrittenLayout<Where...>;
  using Matrix = typename Written::device_matrix;
  static constexpr Dims shape = TensorShape::value;
  static constexpr Distribution distribution = lower<TensorShape>(typename Written::type{});

  /// Zeros. @throws Error when there are other than the device matrix's ranks.
  explicit Tensor(Ranks& ranks)
      : ranks_(&ranks), box_(distribution.box(ranks.rank())), slice_(std::size_t(volume(box_))) {
    if (ranks.size() != Matrix::devices)
      throw Error(text({Mistake::device_count_differs, {}, -1, 0, Matrix::devices, ranks.size()},
                       "a tensor"));
  }

  /// Where this rank's slice lies in the whole.
  const Box& box() const { return box_; }
  std::span<T> slice() { return slice_; }
  std::span<const T> slice() const { return slice_; }
  Ranks& ranks() const { return *ranks_; }

  /// Every element of the slice from its place in the whole:  x.fill([](const Dims& at) { return
  /// at[0]; }).
  void fill(auto&& of) {
    Dims at;
    for (const Interval& i : box_) at.push_back(i.first);
    for (T& value : slice_) {
      value = T(of(at));
      for (int d = at.size() - 1; d >= 0 && ++at[d] == box_[d].last; --d) at[d] = box_[d].first;
    }
  }

 private:
  Ranks* ranks_;
  Box box_;
  std::vector<T> slice_;
};

}  // namespace tenon
