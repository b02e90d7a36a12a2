// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The bytes of a file, unpacked if it is a gzip file:  GzipFile("train-images.gz").read(16)
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <vector>

#include <tenon/io/descriptor.hpp>

namespace tenon {

class GzipFile {
 public:
  /// @throws Error that names the file and the cause.
  explicit GzipFile(const std::string& path) : path_(path), file_(::gzopen(path.c_str(), "rb")) {
    if (!file_) cannot_read(path, errno ? cause(errno) : "there is no memory to unpack it");
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) size_ = std::size_t(status.st_size);
  }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;
  ~GzipFile() { ::gzclose(file_); }

  /// The next bytes: fewer where the file ends. Room is made for what a file of this size can hold
  /// and not for `count`; a gzip file that was cut short ends where it was cut.
  /// @throws Error when the file cannot be read or unpacked, or unpacks to more than its own size
  /// and 1 GiB.
  std::vector<unsigned char> read(std::size_t count) {
    constexpr std::size_t step = 1 << 20, most = 1 << 30, densest = 1032;  // deflate's own bound
    std::vector<unsigned char> bytes;
    bytes.reserve(std::min({count, size_ + most, size_ < most ? size_ * densest : count}));
    while (bytes.size() < count) {
      const std::size_t had = bytes.size(), room = std::max<std::size_t>(bytes.capacity() - had, 1);
      const std::size_t wanted = std::min({step, count - had, room});
      if (had > size_ + most) cannot_read(path_, "it unpacks to more than 1 GiB beyond its size");
      bytes.resize(had + wanted);
      const int got = ::gzread(file_, bytes.data() + had, static_cast<unsigned>(wanted));
      bytes.resize(had + static_cast<std::size_t>(std::max(got, 0)));
      if (got < 0) check();
      if (got <= 0) break;
    }
    return bytes;
  }

  /// Whether read() has met the end in the middle of packed bytes.
  bool is_cut_short() const {
    int error = Z_OK;
    ::gzerror(file_, &error);
    return error == Z_BUF_ERROR;
  }

 private:
  void check() const {
    int error = Z_OK;
    const std::string_view text = ::gzerror(file_, &error);
    if (error == Z_ERRNO) cannot_read(path_, cause(errno));
    if (error != Z_OK && error != Z_BUF_ERROR)
      cannot_read(path_, std::string("it cannot be unpacked (").append(text).append(")"));
  }
  std::string path_;
  gzFile file_;
  std::size_t size_ = 0;  // as it lies on the disk
};

}  // namespace tenon
