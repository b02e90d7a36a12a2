// SPDX-License-Identifier: Apache-2.0
#pragma once
/// All operators, and the list of them for tools that find one by its name.
#include <tenon/network/operators/abs.hpp>
#include <tenon/network/operators/add.hpp>
#include <tenon/network/operators/average_pool.hpp>
#include <tenon/network/operators/bias_add.hpp>
#include <tenon/network/operators/broadcast_to.hpp>
#include <tenon/network/operators/cast.hpp>
#include <tenon/network/operators/concat.hpp>
#include <tenon/network/operators/conv2d.hpp>
#include <tenon/network/operators/div.hpp>
#include <tenon/network/operators/equal.hpp>
#include <tenon/network/operators/erf.hpp>
#include <tenon/network/operators/exp.hpp>
#include <tenon/network/operators/flatten.hpp>
#include <tenon/network/operators/floor.hpp>
#include <tenon/network/operators/gather.hpp>
#include <tenon/network/operators/gelu.hpp>
#include <tenon/network/operators/greater.hpp>
#include <tenon/network/operators/greater_equal.hpp>
#include <tenon/network/operators/hsigmoid.hpp>
#include <tenon/network/operators/hswish.hpp>
#include <tenon/network/operators/identity.hpp>
#include <tenon/network/operators/l2_normalize.hpp>
#include <tenon/network/operators/layer_norm.hpp>
#include <tenon/network/operators/log.hpp>
#include <tenon/network/operators/log_softmax.hpp>
#include <tenon/network/operators/matmul.hpp>
#include <tenon/network/operators/max_pool.hpp>
#include <tenon/network/operators/maximum.hpp>
#include <tenon/network/operators/minimum.hpp>
#include <tenon/network/operators/mul.hpp>
#include <tenon/network/operators/one_hot.hpp>
#include <tenon/network/operators/pad.hpp>
#include <tenon/network/operators/pow.hpp>
#include <tenon/network/operators/prelu.hpp>
#include <tenon/network/operators/reduce_max.hpp>
#include <tenon/network/operators/reduce_mean.hpp>
#include <tenon/network/operators/reduce_sum.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/network/operators/relu6.hpp>
#include <tenon/network/operators/reshape.hpp>
#include <tenon/network/operators/select.hpp>
#include <tenon/network/operators/sigmoid.hpp>
#include <tenon/network/operators/softmax.hpp>
#include <tenon/network/operators/sqrt.hpp>
#include <tenon/network/operators/strided_slice.hpp>
#include <tenon/network/operators/sub.hpp>
#include <tenon/network/operators/tanh.hpp>
#include <tenon/network/operators/transpose.hpp>

namespace tenon {

inline constexpr const Operator* all_operators[] = {
    &Abs::info, &Add::info, &AveragePool::info, &BiasAdd::info, &BroadcastTo::info, &Cast::info,
    &Concat::info, &Conv2d::info, &Div::info, &Equal::info, &Erf::info, &Exp::info, &Flatten::info,
    &Floor::info, &Gather::info, &GELU::info, &Greater::info, &GreaterEqual::info, &HSigmoid::info,
    &HSwish::info, &Identity::info, &L2Normalize::info, &LayerNorm::info, &Log::info,
    &LogSoftmax::info, &MatMul::info, &Maximum::info, &MaxPool::info, &Minimum::info, &Mul::info,
    &OneHot::info, &Pad::info, &Pow::info, &PReLU::info, &ReduceMax::info, &ReduceMean::info,
    &ReduceSum::info, &ReLU::info, &ReLU6::info, &Reshape::info, &Select::info, &Sigmoid::info,
    &Softmax::info, &Sqrt::info, &StridedSlice::info, &Sub::info, &Tanh::info, &Transpose::info};

/// The operator of MindSpore's name, or none.
constexpr const Operator* find_operator(std::string_view name) {
  for (const Operator* op : all_operators)
    if (op->name == name) return op;
  return nullptr;
}

}  // namespace tenon
