// expect: tenon: illegal layout: a tensor map names an axis that the device matrix has not
// expect: tensor_map_names_an_axis
// expect: , 2, 2
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
using X = Tensor<float, Shape<32, 784>, Layout<DeviceMatrix<2, 4>, TensorMap<1, -1>>>;
#else
using X = Tensor<float, Shape<32, 784>, Layout<DeviceMatrix<2, 4>, TensorMap<2, -1>>>;
#endif
constexpr Dims block = X::distribution.largest_block();
