// expect: tenon: illegal layout: an axis of the device matrix cuts twice
// expect: axis_cuts_one_dimension
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators.hpp>
#include <tenon/run/tensor_operators.hpp>

using namespace tenon;
enum Data { dp = 2 };
enum Hidden { tp = 4 };
enum Other { cp = 2 };
template <class TensorShape, class Cuts>
using Matrix = Tensor<float, TensorShape, DeviceMatrix<dp, tp>, Cuts>;

#ifdef TENON_LEGAL_TWIN
using X = Matrix<Shape<32, 784>, Split<dp, tp>>;
#else
using X = Matrix<Shape<32, 784>, Split<dp, dp>>;
#endif
constexpr Dims block = X::distribution.largest_block();
