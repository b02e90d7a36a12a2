// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One step of a redistribution, its arguments in one list as MindSpore's transforms write them:
///   {all_concat, {0, 1, 4, 5, 0}} gathers the slices of ranks 0, 1, 4 and 5 along dimension 0
/// MindSpore: TensorTransform.
#include <cstdint>
#include <string_view>

#include <tenon/core/dims.hpp>
#include <tenon/core/list.hpp>

namespace tenon {

enum class RedistributionKind : std::uint8_t {
  reshape,        // shape
  all_concat,     // ranks..., dimension
  strided_slice,  // begin..., end..., strides...
  all_to_all,     // ranks..., dimension to split, dimension to concatenate
  slice,          // dimension, parts, block: only while a list is being optimised
};

struct RedistributionOperator {
  RedistributionKind kind;
  List<Index> arguments;
  friend constexpr bool operator==(const RedistributionOperator&,
                                   const RedistributionOperator&) = default;
};
using RedistributionProgram = List<RedistributionOperator>;

constexpr std::string_view text(RedistributionKind kind) {
  constexpr std::string_view names[] = {"Reshape", "AllConcat", "StridedSlice", "AlltoAll",
                                        "Slice"};
  return names[int(kind)];
}

/// The names in MindSpore's graph: what concatenates along dimension 0 is an AllGather; along
/// another an AllGather whose result is Split along dimension 0 and put together by a Concat.
constexpr List<std::string_view> primitives(const RedistributionProgram& program) {
  List<std::string_view> names;
  for (const RedistributionOperator& step : program) {
    if (step.kind != RedistributionKind::all_concat) {
      names.push_back(text(step.kind));
      continue;
    }
    names.push_back("AllGather");
    if (step.arguments.back() == 0) continue;
    names.push_back("Split");
    names.push_back("Concat");
  }
  return names;
}

}  // namespace tenon
