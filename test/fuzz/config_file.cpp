// SPDX-License-Identifier: Apache-2.0
// A config_file.ini.
#include <tenon/io/config_file.hpp>

#include "fuzz.hpp"

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::span<const char> bytes) {
    const ConfigFile file = parse_config_file(bytes, fuzz::path);
    fuzz::require(file.provider.find('\n') == file.provider.npos);
  });
}
