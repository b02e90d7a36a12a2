// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A file that takes its name when all ranks have written theirs:  x.ckpt is x.new.ckpt until then.
#include <cstdio>
#include <string>

#include <tenon/io/descriptor.hpp>

namespace tenon {

/// Where nothing is written, an old file of that name goes.
class NewFile {
 public:
  explicit NewFile(const std::string& path)
      : path_(path), new_(std::string(path).insert(suffix(path), ".new")) {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (written_) ::unlink(new_.c_str());
  }
  /// @param writer writer(path) makes the file.
  void write(auto&& writer) {
    writer(new_);
    written_ = true;
  }
  /// @throws Error that names the file and the cause.
  void take_name() {
    const int failed =
        written_ ? std::rename(new_.c_str(), path_.c_str()) : ::unlink(path_.c_str());
    if (failed && (written_ || errno != ENOENT)) cannot_write(path_, cause(errno));
    written_ = false;
  }

 private:
  static std::size_t suffix(const std::string& path) {
    const std::size_t dot = path.rfind('.');
    return dot == path.npos || path.find('/', dot) != path.npos ? path.size() : dot;
  }
  std::string path_, new_;
  bool written_ = false;
};

}  // namespace tenon
