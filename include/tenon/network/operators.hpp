// SPDX-License-Identifier: Apache-2.0
#pragma once
/// All operators, and the list of them for tools that find one by its name.
#include <tenon/network/operators/add.hpp>
#include <tenon/network/operators/average_pool.hpp>
#include <tenon/network/operators/bias_add.hpp>
#include <tenon/network/operators/concat.hpp>
#include <tenon/network/operators/conv2d.hpp>
#include <tenon/network/operators/div.hpp>
#include <tenon/network/operators/erf.hpp>
#include <tenon/network/operators/flatten.hpp>
#include <tenon/network/operators/gather.hpp>
#include <tenon/network/operators/gelu.hpp>
#include <tenon/network/operators/identity.hpp>
#include <tenon/network/operators/l2_normalize.hpp>
#include <tenon/network/operators/layer_norm.hpp>
#include <tenon/network/operators/log_softmax.hpp>
#include <tenon/network/operators/matmul.hpp>
#include <tenon/network/operators/max_pool.hpp>
#include <tenon/network/operators/mul.hpp>
#include <tenon/network/operators/one_hot.hpp>
#include <tenon/network/operators/pow.hpp>
#include <tenon/network/operators/prelu.hpp>
#include <tenon/network/operators/reduce_mean.hpp>
#include <tenon/network/operators/reduce_sum.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/network/operators/reshape.hpp>
#include <tenon/network/operators/sigmoid.hpp>
#include <tenon/network/operators/softmax.hpp>
#include <tenon/network/operators/sqrt.hpp>
#include <tenon/network/operators/strided_slice.hpp>
#include <tenon/network/operators/sub.hpp>
#include <tenon/network/operators/tanh.hpp>
#include <tenon/network/operators/transpose.hpp>

namespace tenon {

inline constexpr const Operator* all_operators[] = {
    &Add::info,        &AveragePool::info, &BiasAdd::info,      &Concat::info,     &Conv2d::info,
    &Div::info,        &Erf::info,         &Flatten::info,      &Gather::info,     &GELU::info,
    &Identity::info,   &L2Normalize::info, &LayerNorm::info,    &LogSoftmax::info, &MatMul::info,
    &MaxPool::info,    &Mul::info,         &OneHot::info,       &Pow::info,        &PReLU::info,
    &ReduceMean::info, &ReduceSum::info,   &ReLU::info,         &Reshape::info,    &Sigmoid::info,
    &Softmax::info,    &Sqrt::info,        &StridedSlice::info, &Sub::info,        &Tanh::info,
    &Transpose::info};

/// The operator of MindSpore's name, or none.
constexpr const Operator* find_operator(std::string_view name) {
  for (const Operator* op : all_operators)
    if (op->name == name) return op;
  return nullptr;
}

}  // namespace tenon
