// expect: tenon: illegal strategy: the devices are not a multiple of those that it cuts over
// expect: enough_devices
// expect: 16, 8
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
              const Matrix<Shape<784, 512>, Split<1, tp>>& w) {
#ifdef TENON_LEGAL_TWIN
  return matmul.shard<Strategy<Split<2, 1>, Split<1, 4>>>(x, w);
#else
  return matmul.shard<Strategy<Split<4, 1>, Split<1, 4>>>(x, w);
#endif
}
