// expect: tenon: illegal operands: they lie on different device matrices
// expect: operands_have_one_device_matrix
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators.hpp>
#include <tenon/run/tensor_operators.hpp>

using namespace tenon;
enum Data { dp = 2 };
enum Hidden { tp = 4 };
enum Other { cp = 2 };
template <class TensorShape, class Cuts>
using Matrix = Tensor<float, TensorShape, DeviceMatrix<dp, tp>, Cuts>;

auto multiply(const Matrix<Shape<32, 784>, Split<dp, 1>>& x,
#ifdef TENON_LEGAL_TWIN
              const Matrix<Shape<784, 512>, Split<1, tp>>& w) {
#else
              const Tensor<float, Shape<784, 512>, DeviceMatrix<cp, tp>, Split<1, tp>>& w) {
#endif
  return matmul(x, w);
}
