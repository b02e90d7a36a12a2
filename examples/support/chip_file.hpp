// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A chip as every program lets its user name it:  chip_of("ascend910b1"), chip_of("mine.json")
#include <tenon/io/mapped_file.hpp>
#include <tenon/predict/chip_json.hpp>

namespace tenon::program {

/// @throws Error that names the file and the cause.
inline std::string text_of(const std::string& path) {
  const MappedFile file(path);
  return {file.bytes().begin(), file.bytes().end()};
}

inline AscendChip chip_of(const std::string& name) {
  return name.ends_with(".json") ? chip_from_json(text_of(name), name) : ascend_chip(name);
}

}  // namespace tenon::program
