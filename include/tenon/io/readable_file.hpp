// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A file whose bytes are read into memory that is given:
///   ReadableFile file("x.safetensors"); file.read(8, 2048, memory);
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>

#include <tenon/core/dims.hpp>
#include <tenon/io/descriptor.hpp>

namespace tenon {

/// A regular file, open until this ends.
class ReadableFile {
 public:
  /// @throws Error that names the file and the cause.
  explicit ReadableFile(const std::string& path)
      : path_(path), file_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {  // no waiting
    if (file_.number() < 0) cannot_read(path, cause(errno));
    struct stat status {};
    if (::fstat(file_.number(), &status) != 0) cannot_read(path, cause(errno));
    if (S_ISDIR(status.st_mode)) cannot_read(path, cause(EISDIR));
    if (!S_ISREG(status.st_mode)) cannot_read(path, "it is no regular file");
    size_ = status.st_size;
  }

  /// Copies bytes [first, first + count) of the file, in requests as large as they may be.
  /// @throws Error that names the file: it ends before, or its disk refuses.
  void read(Index first, Index count, std::byte* to) const {
    constexpr Index most = Index(1) << 30;  // no request may pass 2^31
    while (count > 0) {
      const auto here = ::pread(file_.number(), to, std::size_t(std::min(count, most)), first);
      if (here < 0 && errno == EINTR) continue;
      if (here < 0) cannot_read(path_, cause(errno));
      if (here == 0)
        cannot_read(path_, std::string("it was cut short while being read: ")
                               .append(std::to_string(count))
                               .append(" bytes at byte ")
                               .append(std::to_string(first))
                               .append(" are missing"));
      first += here, count -= here, to += here;
    }
  }

  /// Bytes, when it was opened.
  Index size() const { return size_; }
  const std::string& path() const { return path_; }
  int descriptor() const { return file_.number(); }

 private:
  std::string path_;
  Descriptor file_;
  Index size_ = 0;
};

}  // namespace tenon
