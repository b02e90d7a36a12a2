// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an action throws:  CHECK(error_of([&] { read(path); }) == "tenon: ...")
#include <string>

#include <tenon/core/error.hpp>

namespace tenon::test {

/// The text, and "" where it throws nothing.
std::string error_of(auto&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace tenon::test
