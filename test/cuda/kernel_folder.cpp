// SPDX-License-Identifier: Apache-2.0
// Compiled kernels that a folder keeps: read again, and not believed where they are damaged.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <tenon/backend/cuda/compile.hpp>
#include <tenon/backend/cuda/kernel_text.hpp>

#include "../support/cuda/pretended.hpp"
#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::detail;

TEST_CASE("a folder keeps compiled kernels, and damaged ones are compiled again") {
  char name[] = "/tmp/tenon-kernels-XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(name);
  const std::string text = kernel_text(KernelPart::words);
  int& compiled_ones = pretended::device().calls["nvrtcCompileProgram"];
  const auto ask = [&] {
    const int before = compiled_ones;
    CHECK(compiled(text, "sm_90", folder) == "cubin");
    return compiled_ones - before;
  };
  CHECK(ask() == 1);
  CHECK(ask() == 0);
  REQUIRE(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);
  const std::filesystem::path file = std::filesystem::directory_iterator(folder)->path();
  const std::uintmax_t size = std::filesystem::file_size(file);
  for (std::uintmax_t length = 0; length < size; ++length) {
    std::filesystem::resize_file(file, length);
    CHECK(ask() == 1);
  }
  for (std::uintmax_t at = 0; at < size; ++at) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(std::streamoff(at)).put('\x55');
    bytes.close();
    CHECK(ask() == 1);
  }
  CHECK(ask() == 0);
  std::filesystem::remove(file);
  std::filesystem::create_directories(file / "in its place");  // so it cannot be kept
  CHECK(ask() == 1);
  CHECK(ask() == 1);
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);  // and leaves nothing
  std::filesystem::remove_all(folder);
  CHECK(ask() == 1);  // without the folder, too
  CHECK(test::error_of([&] { compiled("nonsense", "sm_90"); }) ==
        "tenon: CUDA: kernels for sm_90 could not be compiled: wrong nvrtcCompileProgram: "
        "pretended");
}
