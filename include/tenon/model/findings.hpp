// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one rank found in its share of a checkpoint's files, and how all ranks come to know it.
#include <algorithm>

#include <tenon/comm/gather_text.hpp>
#include <tenon/io/tensor_file.hpp>
#include <tenon/model/load_options.hpp>

namespace tenon::detail {

/// A tensor that is no weight of the network by its nature: see LoadReport::passed_over. The
/// optimizer's state has the name of a parameter of the same file behind "moments." or the like,
/// and its shape.
inline bool is_no_weight(const StoredTensor& tensor, const TensorFile& file) {
  if (tensor.is_string || product(tensor.shape) == 1) return true;
  const std::size_t dot = tensor.name.find('.');
  if (dot == tensor.name.npos) return false;
  const StoredTensor* parameter = file.find(std::string_view(tensor.name).substr(dot + 1));
  return parameter && parameter->shape == tensor.shape;
}

/// Findings of one rank, to be sent as text: a letter for the list, the name, the cause.
class Findings {
 public:
  void add(char list, const std::string& name, const std::string& cause) {
    constexpr std::size_t most = 1000;
    if (++count_ > most) return;
    text_.append(1, list).append(name).append(1, '\0').append(cause).append(1, '\0');
  }
  const std::string& text() const { return text_; }

  /// Adds those of another rank's text; a name once in each list.
  static void read(std::string_view text, LoadReport& report) {
    const auto next = [&] {
      const std::string_view word = text.substr(0, text.find('\0'));
      text.remove_prefix(std::min(text.size(), word.size() + 1));
      return word;
    };
    while (!text.empty()) {
      const std::string_view first = next(), cause = next();
      if (first.empty()) continue;
      const std::string name(first.substr(1));
      if (first[0] == 'p') {
        if (!contains(report.passed_over, name)) report.passed_over.push_back(name);
        continue;
      }
      auto& list = first[0] == 'e'   ? report.extra
                   : first[0] == 's' ? report.misshapen
                                     : report.of_other_elements;
      const bool known = std::any_of(list.begin(), list.end(),
                                     [&](const auto& entry) { return entry.name == name; });
      if (!known) list.push_back({name, std::string(cause)});
    }
  }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

/// Adds what all ranks found to the report of each. Collective.
inline void share(const Findings& findings, Communication& communication, LoadReport& report) {
  for (const std::string& text : all_gather_text(communication, findings.text()))
    Findings::read(text, report);
}

}  // namespace tenon::detail
