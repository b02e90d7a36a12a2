// SPDX-License-Identifier: Apache-2.0
// The tests of test/network with the device's kernels in place of the laws: each operator against
// its formula, on whole tensors and on blocks of every cut. They are compiled here once more.
#define TENON_TEST_DEVICE
#include "../network/abs.cpp"
#include "../network/add.cpp"
#include "../network/average_pool.cpp"
#include "../network/bias_add.cpp"
#include "../network/broadcast_to.cpp"
#include "../network/cast.cpp"
#include "../network/concat.cpp"
#include "../network/conv2d.cpp"
#include "../network/div.cpp"
#include "../network/equal.cpp"
#include "../network/erf.cpp"
#include "../network/exp.cpp"
#include "../network/flatten.cpp"
#include "../network/floor.cpp"
#include "../network/gather.cpp"
#include "../network/gelu.cpp"
#include "../network/greater.cpp"
#include "../network/greater_equal.cpp"
#include "../network/hsigmoid.cpp"
#include "../network/hswish.cpp"
#include "../network/identity.cpp"
#include "../network/l2_normalize.cpp"
#include "../network/layer_norm.cpp"
#include "../network/log.cpp"
#include "../network/log_softmax.cpp"
#include "../network/matmul.cpp"
#include "../network/max_pool.cpp"
#include "../network/maximum.cpp"
#include "../network/minimum.cpp"
#include "../network/mul.cpp"
#include "../network/one_hot.cpp"
#include "../network/pad.cpp"
#include "../network/pow.cpp"
#include "../network/prelu.cpp"
#include "../network/reduce_max.cpp"
#include "../network/reduce_mean.cpp"
#include "../network/reduce_sum.cpp"
#include "../network/relu.cpp"
#include "../network/relu6.cpp"
#include "../network/reshape.cpp"
#include "../network/select.cpp"
#include "../network/sigmoid.cpp"
#include "../network/softmax.cpp"
#include "../network/sqrt.cpp"
#include "../network/strided_slice.cpp"
#include "../network/sub.cpp"
#include "../network/tanh.cpp"
#include "../network/transpose.cpp"

#include <tenon/network/operators.hpp>

#include <cstdlib>
#include <map>

#ifdef TENON_PRETENDED_CUDA
#include "../support/cuda/pretended.hpp"
#endif
#include "on_device.hpp"

namespace tenon::test {

void run_on_device(const Operator& op, const KernelCall& call) {
  static const Cuda cuda{{.measure = false}};
  static const bool is_slow = std::getenv("TENON_CUDA_SHORT");  // under compute-sanitizer
#ifdef TENON_PRETENDED_CUDA
  pretended::device().untouchable = false;  // which is slow for so many calls
#endif
  static int calls = 0, blocks = 0;
  static std::map<std::string_view, int> of_operator;
  bool whole = call.output.box == whole_box(call.output.shape);
  for (const Block& x : call.inputs) whole = whole && x.box == whole_box(x.shape);
  // A fifth is enough; or 40 of each operator and some more.
  const bool left_out = is_slow ? ++of_operator[op.name] > 40 && of_operator[op.name] % 64
                                : !whole && ++blocks % 5;
  if (left_out) return op.law(call.output.element)(call);
  OnDevice(cuda, op, call).run(++calls % 3);
}

}  // namespace tenon::test

TEST_CASE("every operator with a law has a kernel, and none wrote behind its memory") {
  KernelCall call;
  for (const Operator* op : all_operators)
    if (op->law.exists)
      CHECK_MESSAGE(Cuda{}.way(op->name, call) != "its law, on the host", op->name);
  CHECK(Cuda{}.way("Square", call) == "its law, on the host");
#ifdef TENON_PRETENDED_CUDA
  CHECK(!pretended::device().broken_guard);
#endif
}
