// SPDX-License-Identifier: Apache-2.0
// .npy: the array has the bytes behind the header, and no more.
#include <tenon/io/npy.hpp>

#include "fuzz.hpp"

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::span<const char> bytes) {
    const Array array = parse_npy(bytes, fuzz::path);
    fuzz::require(array.data.size() < bytes.size());
    fuzz::require(size_in_bytes(array.shape, array.element) == Index(array.data.size()));
  });
}
