// SPDX-License-Identifier: Apache-2.0
// .safetensors: the tensors are all of the file behind the header, one after another.
#include <tenon/io/safetensors.hpp>

#include "fuzz.hpp"

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::span<const char> bytes) {
    const SafetensorsHeader header = safetensors_header(bytes, fuzz::path);
    const char* at = nullptr;
    for (const StoredTensor& tensor : header.tensors) {
      fuzz::require(size_in_bytes(tensor.shape, tensor.element) == tensor.bytes());
      fuzz::require(at == nullptr || tensor.chunks[0].data() == at);
      at = tensor.chunks[0].data() + tensor.chunks[0].size();
    }
    fuzz::require(at == nullptr || at == bytes.data() + bytes.size());
  });
}
