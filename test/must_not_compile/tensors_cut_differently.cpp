// expect: tenon: illegal strategy: the inputs cut a shared dimension differently
// expect: inputs_are_cut_alike
// expect: 'k', 4
// expect: 2
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators.hpp>
#include <tenon/run/tensor_operators.hpp>

using namespace tenon;
enum Data { dp = 2 };
enum Hidden { tp = 4 };
enum Other { cp = 2 };
template <class TensorShape, class Cuts>
using Matrix = Tensor<float, TensorShape, DeviceMatrix<dp, tp>, Cuts>;

auto multiply(const Matrix<Shape<32, 784>, Split<1, tp>>& x,
#ifdef TENON_LEGAL_TWIN
              const Matrix<Shape<784, 512>, Split<tp, 1>>& w) {
#else
              const Matrix<Shape<784, 512>, Split<dp, 1>>& w) {
#endif
  return matmul(x, w);
}
