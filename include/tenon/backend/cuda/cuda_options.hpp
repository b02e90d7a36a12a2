// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a CUDA device computes:  Cuda{{.device = 1, .weights = Element::bfloat16}}
#include <string>

#include <tenon/backend/peer_memory.hpp>
#include <tenon/core/element.hpp>

namespace tenon {

struct CudaOptions {
  int device = -1;                     // -1: by the rank's place on its node
  Element weights = Element::float32;  // or bfloat16, float16: MatMul rounds both its inputs
  bool tensor_float32 = false;  // MatMul of float32 may round its inputs to 10 bits of fraction
  bool measure = true;          // products by the fastest of several algorithms; else by the first
  DeviceExchange exchange = DeviceExchange::automatic;  // of a node's ranks; the same on all
  std::string kernel_folder = {};  // where compiled kernels are kept; none: in memory alone
};

}  // namespace tenon
