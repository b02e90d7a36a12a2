// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a C++ program calls an operator:
///   of a reshape: {"reshape", "tenon::reshape(", ", {32, 784})"}, with its operands between
#include <optional>
#include <vector>

#include <tenon/io/model_file/cpp/words.hpp>
#include <tenon/network/operators.hpp>

namespace tenon::detail {

struct CppCall {
  std::string header;  // of network/operators/
  std::string before, after = ")";
  bool is_unary = false;  // a function of one value and nothing else
};

class CppOperator {
 public:
  explicit CppOperator(const Node& node) : op_(node.op), a_(node.attributes) {}

  /// None of an operator that is not Tenon's own.
  std::optional<CppCall> call() const {
    if (!op_->function.empty()) {
      const std::string name(op_->function);
      return CppCall{name, function(name), ")", op_->operands == 1};
    }
    const auto& n = a_.integers;
    if (op_ == &MatMul::info)
      return n[0] || n[1] ? object("matmul", "MatMul", literal(n[0] != 0), literal(n[1] != 0))
                          : CppCall{"matmul", function("matmul")};
    if (op_ == &Softmax::info) return along("softmax", "Softmax");
    if (op_ == &LogSoftmax::info) return along("log_softmax", "LogSoftmax");
    if (op_ == &L2Normalize::info)
      return object("l2_normalize", "L2Normalize", braced(n), literal(a_.reals[0]));
    if (op_ == &LayerNorm::info)
      return object("layer_norm", "LayerNorm", literal(n[0]), literal(a_.reals[0]));
    if (op_ == &Reshape::info) return CppCall{"reshape", function("reshape"), behind(braced(n))};
    if (op_ == &Transpose::info)
      return CppCall{"transpose", function("transpose"), behind(braced(n))};
    if (op_ == &ReduceSum::info) return reduction("reduce_sum");
    if (op_ == &ReduceMean::info) return reduction("reduce_mean");
    if (op_ == &Equal::info) return object("equal", "Equal");
    if (op_ == &ReduceMax::info) return reduction("reduce_max");
    if (op_ == &BroadcastTo::info)
      return CppCall{"broadcast_to", function("broadcast_to"), behind(braced(n))};
    if (op_ == &Pad::info) {
      const int rank = n.size() / 2;
      return object("pad", "Pad", part(0, rank), part(rank, rank), literal(a_.reals[0]));
    }
    if (op_ == &Concat::info) return object("concat", "Concat", literal(n[0]));
    if (op_ == &Gather::info)
      return n[0] ? object("gather", "Gather", literal(n[0]))
                  : CppCall{"gather", function("gather")};
    if (op_ == &OneHot::info)
      return object("one_hot", "OneHot", literal(n[0]), literal(n[1]), literal(a_.reals[0]),
                    literal(a_.reals[1]));
    if (op_ == &StridedSlice::info) {
      const int named = n.size() / 3;
      return object("strided_slice", "StridedSlice", part(0, named), part(named, named),
                    part(2 * named, named));
    }
    if (op_ == &Conv2d::info) return CppCall{"conv2d", convolution() + "("};
    if (op_ == &MaxPool::info) return pool("max_pool", "MaxPool");
    if (op_ == &AveragePool::info) return pool("average_pool", "AveragePool");
    return {};
  }

  /// "tenon::Conv2d({1, 1}, {2, 2, 2, 2})", or without what is so by itself.
  std::string convolution() const {
    const auto& n = a_.integers;
    const bool dilates = n[6] != 1 || n[7] != 1, groups = n[8] != 1;
    const bool strides = n[0] != 1 || n[1] != 1;
    const bool pads = n[2] || n[3] || n[4] || n[5];
    std::string made = "tenon::Conv2d(";
    if (strides || pads || dilates || groups) made += part(0, 2);
    if (pads || dilates || groups) made += ", " + part(2, 4);
    if (dilates || groups) made += ", " + part(6, 2);
    if (groups) made += ", " + literal(n[8]);
    return made += ")";
  }

 private:
  static std::string function(const std::string& name) { return "tenon::" + name + "("; }
  static std::string behind(const std::string& argument) { return ", " + argument + ")"; }
  /// Type(arguments)(
  static CppCall object(const char* header, const std::string& type, const auto&... arguments) {
    std::string made;
    ((made += (made.empty() ? "" : ", ") + std::string(arguments)), ...);
    return {header, "tenon::" + type + "(" + made + ")("};
  }
  CppCall along(const char* name, const std::string& type) const {
    if (a_.integers.size() == 1 && a_.integers[0] == -1) return {name, function(name), ")", true};
    return object(name, type, "tenon::Dims" + braced(a_.integers));
  }
  CppCall reduction(const char* name) const {
    const auto& n = a_.integers;
    return {name, function(name), behind(part(1, n.size() - 1) + (n[0] ? ", true" : ""))};
  }
  /// Up to the last argument that is not so by itself.
  CppCall pool(const char* name, const char* type) const {
    const auto& n = a_.integers;
    const bool counts = n.size() > 11 && n[11], hangs = n[10] != 0;
    const bool dilates = n[8] != 1 || n[9] != 1, pads = n[4] || n[5] || n[6] || n[7];
    std::string made = part(0, 2) + ", " + part(2, 2);
    if (pads || dilates || hangs || counts) made += ", " + part(4, 4);
    if (dilates || hangs || counts) made += ", " + part(8, 2);
    if (hangs || counts) made += ", " + literal(hangs);
    if (counts) made += ", true";
    return object(name, type, made);
  }
  std::string part(int first, int count) const {
    Dims numbers;
    for (int i = 0; i < count; ++i) numbers.push_back(a_.integers[first + i]);
    return braced(numbers);
  }

  const Operator* op_;
  const Attributes& a_;
};

}  // namespace tenon::detail
