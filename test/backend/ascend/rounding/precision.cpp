// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/backend/ascend/rounding/precision.hpp>
#include <tenon/backend/ascend/rounding/precision_sensitivity.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "../../../support/error_of.hpp"

using namespace tenon;

namespace {

std::string casts(std::initializer_list<std::string_view> operators, PrecisionMode mode,
                  const AscendChip& chip) {
  std::string list;
  for (std::string_view op : operators)
    list.append(text(op, precision_of(op, mode, chip))).append("\n");
  return list;
}

}  // namespace

TEST_CASE("casts go where the mode says") {
  const auto list = [](PrecisionMode mode, const AscendChip& chip) {
    return casts({"Conv2D", "ReLU", "MaxPool", "Flatten", "MatMul", "Softmax"}, mode, chip);
  };
  CHECK(list(PrecisionMode::force_fp16, Ascend910()) ==
        "cast inputs to float16, Conv2D, result float16\n"
        "cast inputs to float16, ReLU, result float16\n"
        "cast inputs to float16, MaxPool, result float16\n"
        "Flatten, result float32\n"
        "cast inputs to float16, MatMul, result float16\n"
        "cast inputs to float16, Softmax, result float16\n");
  CHECK(list(PrecisionMode::allow_fp32_to_fp16, Ascend910()) ==
        "cast inputs to float16, Conv2D, result float16\n"
        "ReLU, result float32\n"
        "MaxPool, result float32\n"
        "Flatten, result float32\n"
        "cast inputs to float16, MatMul, result float16\n"
        "Softmax, result float32\n");
  CHECK(list(PrecisionMode::allow_mix_precision, Ascend910()) ==
        "cast inputs to float16, Conv2D, result float16\n"
        "cast inputs to float16, ReLU, result float16\n"
        "cast inputs to float16, MaxPool, result float16\n"
        "Flatten, result float32\n"
        "cast inputs to float16, MatMul, result float16\n"
        "Softmax, result float32\n");
  const std::string kept = list(PrecisionMode::must_keep_origin_dtype, Ascend910B1());
  CHECK(kept.find("float16") == std::string::npos);
  CHECK(test::error_of(
            [] { precision_of("MatMul", PrecisionMode::must_keep_origin_dtype, Ascend910()); }) ==
        "tenon: MatMul of float32 on ascend910: its cube multiplies float16 and int8; choose "
        "force_fp16, allow_fp32_to_fp16 or allow_mix_precision");
}

TEST_CASE("what differs between orders is counted as a reader would see it") {
  constexpr float none = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> a{1, 2, 3, 4, 4, 0, none, 1, 0};
  std::vector<float> b = a;
  CHECK(sensitivity(a, b, 3) == Sensitivity{9, 0, 3, 0});
  b[0] = 1 + 0x1p-13f;  // the same float16
  CHECK(sensitivity(a, b, 3) == Sensitivity{9, 0, 3, 0});
  b[2] = 1.5;
  b[4] = 4 + 0x1p-8f;
  CHECK(sensitivity(a, b, 3) == Sensitivity{9, 2, 3, 2});
  CHECK(sensitivity(a, b, 9).argmax == 1);
  b.pop_back();
  CHECK(test::error_of([&] { sensitivity(a, b, 3); }) ==
        "tenon: the same tensor has 9 and 8 numbers, in rows of 3");
}
