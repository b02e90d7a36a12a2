// SPDX-License-Identifier: Apache-2.0
// The index over several .safetensors files: it names files of its own folder alone.
#include <tenon/io/safetensors_index.hpp>

#include "fuzz.hpp"

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::span<const char> bytes) {
    for (const auto& [name, file] : parse_safetensors_index(bytes, fuzz::path))
      fuzz::require(!file.empty() && file.find('/') == file.npos && file[0] != '.');
  });
}
