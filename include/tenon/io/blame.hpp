// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An error with what it is about before it:
///   blame("strategy.ckpt", [&] { return layout_of(stored, shape); })
///   tenon: strategy.ckpt: w has the shape ...
#include <string>
#include <string_view>

#include <tenon/core/error.hpp>

namespace tenon {

/// What work() returns; @throws Error of its own errors, with `about` and a colon before them.
decltype(auto) blame(std::string_view about, auto&& work) {
  try {
    return work();
  } catch (const Error& error) {
    constexpr std::string_view label = "tenon: ";
    throw Error(std::string(about).append(": ").append(error.what() + label.size()));
  }
}

}  // namespace tenon
