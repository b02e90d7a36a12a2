// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A file descriptor that closes itself, and the words for what a file refused:
///   tenon: cannot read x.ckpt: it does not exist
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <tenon/core/error.hpp>

namespace tenon {

[[noreturn]] inline void cannot_read(const std::string& path, std::string_view cause) {
  throw Error(std::string("cannot read ").append(path).append(": ").append(cause));
}
[[noreturn]] inline void cannot_write(const std::string& path, std::string_view cause) {
  throw Error(std::string("cannot write ").append(path).append(": ").append(cause));
}

/// What an errno says of a file:  cause(ENOENT) == "it does not exist".
inline std::string cause(int error_number) {
  switch (error_number) {
    case ENOENT: case ENOTDIR: return "it does not exist";
    case EACCES: case EPERM: return "permission denied";
    case EISDIR: return "it is a directory";
    case ENOSPC: case EDQUOT: return "the disk is full";
  }
  return std::generic_category().message(error_number);
}

/// What open() gave: -1 is a file that could not be opened, and errno says why.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  /// 0, or -1 with an errno: a write may fail as late as here.
  int close() { return number_ < 0 ? 0 : ::close(std::exchange(number_, -1)); }
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace tenon
