// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The cube unit of one core: fractals of L0A and L0B in, sums in L0C.
///   Cube cube;  cube.multiply({Element::float16, l0a, l0b, l0c, 16, 16, 64}, false);
/// float16 and bfloat16 are multiplied exactly and added to float32 in steps of 16
/// (cube_order.hpp). float32, which a 910B takes in steps of 4, is added product by product, each
/// exact, rounded once a product: no order inside a step is public. int8 is added exactly in int32.
#include <string>

#include <tenon/backend/ascend/cube/cube_product.hpp>

namespace tenon {

using CubeCall = detail::CubeCall;

class Cube {
 public:
  explicit Cube(InstructionSet set = best_instruction_set())
      : product_(detail::cube_product(checked(set))) {}

  /// c = a b, or c + a b. Rows below m and columns below n, rounded up to 16, are written.
  /// Allocates where no call had as many rows before. A pitch of 0: c's columns lie without gaps.
  /// @throws Error for elements that no cube multiplies.
  void multiply(CubeCall call, bool accumulates) {
    if (call.element != Element::float16 && call.element != Element::bfloat16 &&
        call.element != Element::float32 && call.element != Element::int8)
      throw Error(std::string("the cube multiplies float16, bfloat16, float32 and int8, not ")
                      .append(text(call.element)));
    if (call.column_pitch == 0) call.column_pitch = (call.m + 15) / 16 * 256;
    if (!accumulates)
      for (Index n1 = 0; n1 < (call.n + 15) / 16; ++n1)
        std::memset(static_cast<float*>(call.c) + n1 * call.column_pitch, 0,
                    std::size_t(call.m) * 16 * sizeof(float));
    scratch_.reserve(call.m);
    product_(call, scratch_);
  }
  /// So that products of so many rows allocate nothing.
  void reserve(Index rows) { scratch_.reserve(rows); }

 private:
  detail::CubeProduct product_;
  detail::CubeScratch scratch_;
};

}  // namespace tenon
