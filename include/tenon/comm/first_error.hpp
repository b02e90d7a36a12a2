// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What ranks did together and some of them failed at, as one error for all:
///   throw_first({"", "no such file", ""}) throws "tenon: no such file (found by rank 1)"
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

/// What it throws; "" where it throws nothing.
inline std::string text_thrown_by(const std::function<void()>& what) {
  try {
    what();
    return "";
  } catch (const std::exception& error) {
    const std::string text = error.what();
    return text.empty() ? "an error without a text" : text;
  } catch (...) {
    return "an error that is no std::exception";
  }
}

/// @param texts of all ranks; "": this one has not failed.
inline void throw_first(const std::vector<std::string>& texts) {
  const auto failed = [](const std::string& text) { return !text.empty(); };
  const auto first = std::ranges::find_if(texts, failed);
  if (first == texts.end()) return;
  const auto count = std::ranges::count_if(texts, failed);
  if (count == std::ssize(texts)) throw Error(*first);
  throw Error(sentence(*first, " (found by rank ", first - texts.begin(),
                       count > 1 ? " and others)" : ")"));
}

}  // namespace tenon
