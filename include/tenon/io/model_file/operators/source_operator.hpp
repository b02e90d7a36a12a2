// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An operator of the files: its names there, and how it is recorded.
///   {"Relu", "ReLU", [](const SourceNode& at) { at.result(at.record(ReLU(), {at.operand(0)})); }}
#include <tenon/io/model_file/source_node.hpp>

namespace tenon::detail {

struct SourceOperator {
  std::string_view onnx, mindspore;  // "": it has none of this name
  void (*record)(const SourceNode&);
};

/// y = Op(x).
template <class Op>
void record_unary(const SourceNode& at) {
  at.result(at.record(Op(), {at.operand(0)}));
}

/// y = Op(a, b); a single number takes the other's type.
template <class Op>
void record_binary(const SourceNode& at) {
  const bool number = at.known(0) && at.known(0)->values.size() == 1;
  const Value b = at.operand_like(1, number ? at.element(1) : at.element(0));
  at.result(at.record(Op(), {at.operand_like(0, b.element()), b}));
}

}  // namespace tenon::detail
