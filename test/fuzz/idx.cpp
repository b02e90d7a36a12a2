// SPDX-License-Identifier: Apache-2.0
// Images and labels of IDX, plain and packed. zlib wants a file: it lies in memory.
#include <tenon/io/idx.hpp>

#include "fuzz.hpp"

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("fuzz", 0);
  fuzz::require(::ftruncate(file, 0) == 0);
  fuzz::require(::pwrite(file, data, size, 0) == ssize_t(size));
  const std::string name = std::string("/proc/self/fd/").append(std::to_string(file));
  const auto attempt = [&](auto&& read) {
    try {
      read();
    } catch (const Error& error) {
      throw Error(std::string(error.what()).append(" ").append(fuzz::path));
    }
  };
  fuzz::run(data, size, [&](std::span<const char>) {
    attempt([&] {
      const IdxImages images = read_idx_images(name);
      fuzz::require(Index(images.pixels.size()) == images.count * images.rows * images.columns);
    });
  });
  return fuzz::run(data, size, [&](std::span<const char>) {
    attempt([&] { read_idx_labels(name); });
  });
}
