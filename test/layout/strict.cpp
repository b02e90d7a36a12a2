// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/strict.hpp>
#include <tenon/network/operators.hpp>

using namespace tenon;

namespace {

const Vector<Dims, 4> shapes{{32, 784}, {784, 512}};

Finding of_matmul(const Splits& splits, Index devices = 8, Index total = 8,
                  const Vector<Dims, 4>& of = shapes, const MatMul& operation = MatMul{}) {
  const Operands o{
      of, {Element::float32, Element::float32}, operation.attributes(), splits, devices};
  return strict(MatMul::info.equation(o), splits, of, MatMul::info.infer(o).shape, devices, total);
}

bool says(const Finding& f, Mistake mistake, int operand, char dimension, Index a, Index b = 0) {
  return f.mistake == mistake && f.operand == operand && f.dimension == dimension && f.first == a &&
         f.second == b;
}

}  // namespace

TEST_CASE("strict: what MindSpore takes") {
  CHECK(!of_matmul({{2, 1}, {1, 2}}));
  CHECK(!of_matmul({{1, 1}, {1, 1}}));
  CHECK(!of_matmul({{2, 2}, {2, 2}}, 4));  // blocks of all three matrices
}

TEST_CASE("strict: one split for each input, one number for each dimension") {
  CHECK(says(of_matmul({{2, 1}}), Mistake::inputs_without_split, -1, 0, 1, 2));
  CHECK(says(of_matmul({{2, 1}, {1}}), Mistake::split_of_other_rank, 1, 0, 1, 2));
}

TEST_CASE("strict: cuts are positive, divide, and are powers of two of a power of two") {
  CHECK(says(of_matmul({{0, 1}, {1, 2}}), Mistake::cut_not_positive, 0, '0', 0));
  CHECK(says(of_matmul({{-2, 1}, {1, 2}}), Mistake::cut_not_positive, 0, '0', -2));
  CHECK(says(of_matmul({{3, 1}, {1, 2}}), Mistake::does_not_divide, 0, '0', 32, 3));
  CHECK(says(of_matmul({{1, 7}, {7, 1}}, 7), Mistake::no_power_of_two, 0, '1', 7));
  CHECK(says(of_matmul({{1, 7}, {7, 1}}, 8, 9), Mistake::too_many_devices, -1, 0, 7, 8));
  CHECK(!of_matmul({{1, 7}, {7, 1}}, 7, 14));  // 14 devices in all: any divisor
  CHECK(says(of_matmul({{1, 7}, {7, 1}}, 14, 16), Mistake::no_power_of_two, 0, '1', 7));
}

TEST_CASE("strict: the first objection is MindSpore's first") {
  // of both values and letters the values, of the letters the summed one
  CHECK(says(of_matmul({{2, 2}, {4, 3}}), Mistake::does_not_divide, 1, '1', 512, 3));
  const Vector<Dims, 4> batches{{4, 8, 16}, {4, 16, 8}};
  CHECK(says(of_matmul({{2, 1, 4}, {4, 2, 1}}, 8, 8, batches), Mistake::inputs_cut_differently, 1,
             'k', 4, 2));
  CHECK(says(of_matmul({{2, 1, 4}, {4, 4, 1}}, 8, 8, batches), Mistake::inputs_cut_differently, 1,
             'a', 2, 4));
  CHECK(says(of_matmul({{8, 2}, {2, 1}}), Mistake::too_many_devices, -1, 0, 16, 8));
}

TEST_CASE("strict: an output split is that of the rows, or of the rows and the sums") {
  CHECK(!of_matmul({{{2, 2}, {2, 2}}, {2, 2}}));
  CHECK(!of_matmul({{{2, 2}, {2, 2}}, {4, 2}}));
  CHECK(says(of_matmul({{{2, 2}, {2, 2}}, {8, 2}}), Mistake::illegal_output_split, -1, '0', 8, 2));
  CHECK(says(of_matmul({{{2, 2}, {2, 2}}, {8, 1}}), Mistake::illegal_output_split, -1, '1', 1, 2));
  CHECK(says(of_matmul({{{2, 2}, {2, 2}}, {2}}), Mistake::split_of_other_rank, -1, 0, 1, 2));
  CHECK(says(of_matmul({{{2, 2}, {2, 2}}, {64, 2}}), Mistake::does_not_divide, -1, '0', 32, 64));
  const Vector<Dims, 4> batches{{4, 8, 16}, {4, 16, 8}};
  CHECK(of_matmul({{{1, 2, 2}, {1, 2, 1}}, {1, 4, 1}}, 8, 8, batches).mistake ==
        Mistake::illegal_output_split);
  const Operands relu{{{8, 8}}, {Element::float32}, {}, {}, 8};
  const Splits asked({Dims{2, 1}}, {2, 1});
  CHECK(strict(ReLU::info.equation(relu), asked, relu.shapes, {8, 8}, 8, 8).mistake ==
        Mistake::illegal_output_split);
}

TEST_CASE("strict: a lookup that Tenon takes and MindSpore does not") {
  const auto gather = [](const Splits& splits, Index axis, const Dims& table, const Dims& indices) {
    const Operands o{{table, indices}, {Element::float32, Element::int32}, {{axis}, {}}, splits, 8};
    const Equation e = Gather::info.equation(o);
    CHECK(!arrange(e, splits, 8).finding);
    return strict(e, splits, o.shapes, Gather::info.infer(o).shape, 8, 8).mistake;
  };
  CHECK(gather({{4, 1}, {1, 1}}, 0, {64, 64}, {8, 8}) == Mistake::none);
  CHECK(gather({{2, 2}, {1, 1}}, 0, {64, 64}, {8, 8}) == Mistake::device_count_differs);
  CHECK(gather({{2, 2}, {2, 1}}, 0, {64, 64}, {8, 8}) == Mistake::whole_dimension_cut);
  CHECK(gather({{1, 4}, {1, 1}}, 1, {64, 64}, {8, 8}) == Mistake::device_count_differs);
  CHECK(gather({{4, 1, 1}, {1}}, 0, {64, 4, 4}, {8}) == Mistake::whole_dimension_cut);
  CHECK(gather({{1, 8}, {1}}, 1, {4, 64}, {8}) == Mistake::does_not_divide);
}

TEST_CASE("strict: whole dimensions") {
  const Operands o{{{2, 4, 8, 16}}, {Element::float32}, {{-2}, {}}, {}, 128};
  const Finding f =
      strict(Softmax::info.equation(o), {{2, 4, 8, 16}}, o.shapes, o.shapes[0], 128, 130);
  CHECK(says(f, Mistake::whole_dimension_cut, 0, 'C', 8));
}
