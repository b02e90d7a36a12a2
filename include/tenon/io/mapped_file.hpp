// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A file's bytes without copying them: the system reads a page when it is first touched.
///   MappedFile file("x.ckpt"); file.bytes().size() == 2679047
#include <sys/mman.h>
#include <sys/stat.h>

#include <span>

#include <tenon/io/descriptor.hpp>

namespace tenon {

/// Read only and movable; spans of bytes() live as long as the object that the map was moved to.
class MappedFile {
 public:
  /// Maps all of the file; an empty one gives an empty span.
  /// @throws Error that names the file and the cause.
  explicit MappedFile(const std::string& path) : path_(path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));  // no waiting
    if (file.number() < 0) cannot_read(path, cause(errno));
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) cannot_read(path, cause(errno));
    if (S_ISDIR(status.st_mode)) cannot_read(path, cause(EISDIR));
    if (!S_ISREG(status.st_mode)) cannot_read(path, "it is no regular file");
    identity_ = {status.st_dev, status.st_ino};
    if (status.st_size == 0) return;
    const auto size = static_cast<std::size_t>(status.st_size);
    void* map = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
    if (map == MAP_FAILED) cannot_read(path, cause(errno));
    bytes_ = {static_cast<const char*>(map), size};
  }
  MappedFile(MappedFile&& other) noexcept
      : path_(std::move(other.path_)),
        bytes_(std::exchange(other.bytes_, {})),
        identity_(other.identity_) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(bytes_, other.bytes_);
    std::swap(identity_, other.identity_);
    return *this;
  }
  ~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }

  std::span<const char> bytes() const { return bytes_; }
  const std::string& path() const { return path_; }

  /// Gives the pages back that were touched so far: they are no longer this process' memory.
  void forget() const {
    if (!bytes_.empty()) ::madvise(const_cast<char*>(bytes_.data()), bytes_.size(), MADV_DONTNEED);
  }
  /// Whether an open descriptor is this file, and not one that took its name since.
  bool is_open_as(int descriptor) const {
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 && identity_ == Identity(status.st_dev, status.st_ino);
  }

  /// @throws Error that names the file where it is not.
  void check_open_as(int descriptor) const {
    if (!is_open_as(descriptor))
      cannot_read(path_, "another file took its name while it was being read");
  }

 private:
  using Identity = std::pair<dev_t, ino_t>;

  std::string path_;
  std::span<const char> bytes_;
  Identity identity_{};
};

}  // namespace tenon
