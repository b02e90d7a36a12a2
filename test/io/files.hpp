// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Files for the tests of io/:  Folder folder; folder.write("x.ckpt", "\x0a...")
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <tenon/core/error.hpp>

#include "../support/error_of.hpp"

namespace tenon::test {

inline std::string sample(std::string_view name) {
  return std::string(TENON_TEST_DATA).append("/mindspore/").append(name);
}

/// A new folder for one test, removed after it.
class Folder {
 public:
  Folder() {
    const std::filesystem::path memory = "/dev/shm";  // thousands of files: not to a disk
    const bool has_memory = ::access(memory.c_str(), W_OK) == 0;
    const auto parent = has_memory ? memory : std::filesystem::temp_directory_path();
    std::string name = (parent / "tenon-io-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  std::string write(std::string_view name, std::string_view bytes) const {
    std::string path = *this / name;
    std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
    return path;
  }
  std::ptrdiff_t count() const {
    return std::distance(std::filesystem::directory_iterator(path_), {});
  }

 private:
  std::filesystem::path path_;
};

/// The path of a file of test/data/models.
inline std::string model(std::string_view name) {
  return std::string(TENON_TEST_DATA).append("/models/").append(name);
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// All copies of `whole` that are cut short, and all that have one bit flipped.
inline void cut_everywhere(std::string_view whole, auto&& check) {
  for (std::size_t size = 0; size < whole.size(); ++size) check(whole.substr(0, size), size);
}
inline void flip_every_bit(std::string_view whole, auto&& check) {
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string bytes(whole);
    bytes[bit / 8] = char(bytes[bit / 8] ^ 1 << bit % 8);
    check(bytes, bit);
  }
}

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace tenon::test
