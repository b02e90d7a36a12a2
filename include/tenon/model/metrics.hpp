// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What is counted over a dataset's answers, of rows [classes] and a label each:
///   Accuracy right;  right.add(logits, labels, 10);  right.value() == 0.9852
#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include <tenon/core/dims.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

/// How many rows have their largest value, the first of several, where the label says.
/// MindSpore: nn.Accuracy.
class Accuracy {
 public:
  static constexpr std::string_view name = "Accuracy";

  void add(std::span<const float> rows, std::span<const Index> labels, Index classes) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto row = rows.subspan(i * std::size_t(classes), std::size_t(classes));
      right_ += std::max_element(row.begin(), row.end()) - row.begin() == labels[i];
    }
    count_ += Index(labels.size());
  }
  double value() const { return count_ ? double(right_) / double(count_) : 0; }
  Index right() const { return right_; }
  Index count() const { return count_; }

 private:
  Index right_ = 0, count_ = 0;
};

/// The mean of log(sum over c of exp(y[c])) - y[label], in double precision.
/// MindSpore: nn.Loss of SoftmaxCrossEntropyWithLogits(sparse=True, reduction="mean").
class Loss {
 public:
  static constexpr std::string_view name = "loss";

  /// @throws Error where a label is no class.
  void add(std::span<const float> rows, std::span<const Index> labels, Index classes) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto row = rows.subspan(i * std::size_t(classes), std::size_t(classes));
      if (labels[i] < 0 || labels[i] >= classes)
        throw Error(sentence("a label is ", labels[i], "; legal: 0 to ", classes - 1));
      const double largest = *std::max_element(row.begin(), row.end());
      double sum = 0;
      for (float y : row) sum += std::exp(double(y) - largest);
      sum_ += std::log(sum) + (largest - double(row[std::size_t(labels[i])]));
    }
    count_ += Index(labels.size());
  }
  double value() const { return count_ ? sum_ / double(count_) : 0; }

 private:
  double sum_ = 0;
  Index count_ = 0;
};

}  // namespace tenon
