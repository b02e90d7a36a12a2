// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The table of the files' operators:  find_source_operator(ModelFormat::onnx, "Relu")
#include <tenon/io/model_file/operators/activations.hpp>
#include <tenon/io/model_file/operators/along_axes.hpp>
#include <tenon/io/model_file/operators/batch_norm.hpp>
#include <tenon/io/model_file/operators/conditions.hpp>
#include <tenon/io/model_file/operators/dense.hpp>
#include <tenon/io/model_file/operators/elementwise.hpp>
#include <tenon/io/model_file/operators/known_lists.hpp>
#include <tenon/io/model_file/operators/mindspore.hpp>
#include <tenon/io/model_file/operators/padding.hpp>
#include <tenon/io/model_file/operators/repeating.hpp>
#include <tenon/io/model_file/operators/shaping.hpp>
#include <tenon/io/model_file/operators/strided_slice.hpp>
#include <tenon/io/model_file/operators/windows.hpp>

namespace tenon::detail {

inline constexpr std::span<const SourceOperator> source_operators[] = {
    elementwise_operators, dense_operators,  shaping_operators,      operators_along_axes,
    picking_operators,     window_operators, normalisation_operators, mindspore_operators,
    activation_operators,  padding_operators, repeating_operators,    condition_operators,
    known_list_operators};

/// The operator of that name in files of the format; none.
constexpr const SourceOperator* find_source_operator(ModelFormat format, std::string_view type) {
  for (const std::span<const SourceOperator> family : source_operators)
    for (const SourceOperator& one : family)
      if ((format == ModelFormat::onnx ? one.onnx : one.mindspore) == type && !type.empty())
        return &one;
  return nullptr;
}

}  // namespace tenon::detail
