// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Many small parts of a file at once, without a request for each:
///   FileWindow window(file, 4096, 1 << 20); std::memcpy(to, window.data() + 100, 8);
#include <sys/mman.h>

#include <tenon/io/readable_file.hpp>

namespace tenon {

/// Bytes [first, first + count) of a file, all in memory, until this ends.
class FileWindow {
 public:
  /// @pre first >= 0, count > 0
  FileWindow([[maybe_unused]] const ReadableFile& file, Index first, Index count)
      : before_(first % page), size_(std::size_t(before_ + count)) {
#ifdef MADV_POPULATE_READ
    map_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.descriptor(), first - before_);
    if (map_ == MAP_FAILED) return;
    struct stat now {};  // behind the end of a file the rest of its last page is zeros
    if (::madvise(map_, size_, MADV_POPULATE_READ) == 0 && ::fstat(file.descriptor(), &now) == 0 &&
        first + count <= now.st_size)
      return;
    ::munmap(map_, size_);
    map_ = MAP_FAILED;
#endif
  }
  FileWindow(const FileWindow&) = delete;
  FileWindow& operator=(const FileWindow&) = delete;
  ~FileWindow() {
    if (map_ != MAP_FAILED) ::munmap(map_, size_);
  }

  /// The byte `first`. Null where the bytes are not all there, or cannot be mapped: whoever reads
  /// them finds out why.
  const std::byte* data() const {
    return map_ == MAP_FAILED ? nullptr : static_cast<const std::byte*>(map_) + before_;
  }

 private:
  static constexpr Index page = 65536;  // a page, or a whole number of pages, on every system
  Index before_;
  std::size_t size_;
  void* map_ = MAP_FAILED;
};

}  // namespace tenon
