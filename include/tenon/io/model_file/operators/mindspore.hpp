// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators that MindSpore alone has.
#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// Along the axes; MindSpore's are attributes.
inline void record_l2_normalize(const SourceNode& at) {
  const Dims axes = at.dims("axis");
  at.result(at.record(L2Normalize(axes.empty() ? Dims{-1} : axes, at.real("epsilon", -1, 1e-4)),
                      {at.operand(0)}));
}

/// The inputs 1 to 3 are the depth and the values that are set and not set.
inline void record_one_hot(const SourceNode& at) {
  at.result(at.record(OneHot(at.integer("depth", 1, 0), at.integer("axis", 4, -1),
                             at.real("on_value", 2, 1), at.real("off_value", 3, 0)),
                      {at.operand(0)}));
}

inline constexpr SourceOperator mindspore_operators[] = {
    {"", "L2Normalize", &record_l2_normalize},
    {"", "OneHot", &record_one_hot},
};

}  // namespace tenon::detail
