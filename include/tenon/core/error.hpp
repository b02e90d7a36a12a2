// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Every error that Tenon throws:  tenon: cannot read x.ckpt: it ends in the middle of
/// layer1.weight
#include <stdexcept>
#include <string>
#include <string_view>

namespace tenon {

/// Says what is wrong, where, the numbers, and what would be legal; always begins with "tenon: ".
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& text) : std::runtime_error(labelled(text)) {}
  /// What an error said, to be part of another one.
  static std::string_view unlabelled(std::string_view text) {
    return text.starts_with("tenon: ") ? text.substr(7) : text;
  }

 private:
  static std::string labelled(const std::string& text) {
    return text.starts_with("tenon: ") ? text : std::string("tenon: ").append(text);
  }
};

}  // namespace tenon
