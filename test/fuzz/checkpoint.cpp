// SPDX-License-Identifier: Apache-2.0
// MindSpore's checkpoint: all tensors lie in the file and are as large as their shapes say.
#include <tenon/io/checkpoint.hpp>

#include "fuzz.hpp"

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::span<const char> bytes) {
    const std::string blame = std::string("cannot read ").append(fuzz::path).append(": ");
    const auto tensors =
        detail::latest_by_name(checkpoint_values(without_checksum(bytes), blame));
    fuzz::require(!tensors.empty());
    for (const StoredTensor& tensor : tensors) {
      fuzz::require(size_in_bytes(tensor.shape, tensor.element) == tensor.bytes());
      for (const auto& chunk : tensor.chunks)
        fuzz::require(chunk.data() >= bytes.data() &&
                      chunk.data() + chunk.size() <= bytes.data() + bytes.size());
    }
  });
}
