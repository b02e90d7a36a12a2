// SPDX-License-Identifier: Apache-2.0
// MindIR: constants have the bytes that their shapes say, and nodes read what was made before them.
#include <tenon/io/model_file/mindir.hpp>

#include "fuzz_model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::fuzz::run(data, size, [](std::span<const char> bytes) {
    tenon::fuzz::check(tenon::parse_mindir(bytes, tenon::fuzz::path));
  });
}
