// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Memory without a name that processes share, which grows without moving:
///   SharedMemory memory;  memory.grow(1 << 20);  memory.data()[0]
/// It is gone with the last process that has its descriptor, however that ends.
#include <sys/mman.h>
#include <sys/stat.h>

#include <tenon/core/sentence.hpp>
#include <tenon/io/descriptor.hpp>
#include <tenon/model/pool/beyond_standard.hpp>
#include <tenon/core/dims.hpp>

namespace tenon {

class SharedMemory {
 public:
  /// @throws Error where the system gives none.
  SharedMemory()
      : SharedMemory(
            beyond_standard(::memfd_create("tenon-pool", MFD_CLOEXEC | MFD_ALLOW_SEALING))) {
    if (::fcntl(file_.number(), F_ADD_SEALS, F_SEAL_SHRINK) != 0) no_memory();
  }
  /// That of another process. @param number its descriptor, which is closed with this.
  explicit SharedMemory(int number) : file_(number) {
    if (number < 0) no_memory();
    // Addresses alone: pages are taken where they are touched, and only below the file's size.
    for (reserved_ = Index(1) << 40; reserved_ >= least; reserved_ /= 2) {
      void* data = ::mmap(nullptr, std::size_t(reserved_), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_NORESERVE, number, 0);
      if (data == MAP_FAILED) continue;
      data_ = static_cast<std::byte*>(data);
      ::madvise(data, std::size_t(reserved_), MADV_DONTDUMP);
      return;
    }
    no_memory();
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() { ::munmap(data_, std::size_t(reserved_)); }

  std::byte* data() const { return data_; }
  int number() const { return file_.number(); }
  /// @throws Error where there is no memory for so many bytes.
  void grow(Index bytes) {
    if (bytes <= size_) return;
    if (bytes > reserved_ || ::ftruncate(number(), off_t(bytes)) != 0)
      throw Error(sentence("no memory for ", bytes, " bytes that processes share"));
    size_ = bytes;
  }
  /// Whether these bytes are there; whoever asks for them may ask for anything.
  bool holds(Index offset, Index bytes) {
    const auto within = [&](Index size) {
      return offset >= 0 && bytes >= 0 && bytes <= size && offset <= size - bytes;
    };
    if (within(size_)) return true;
    struct stat file {};
    if (::fstat(number(), &file) != 0) return false;
    size_ = std::min<Index>(file.st_size, reserved_);  // it has grown
    return within(size_);
  }
  bool holds(const void* address) const {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    const auto first = reinterpret_cast<std::uintptr_t>(data_);
    return at >= first && at - first < std::uintptr_t(reserved_);
  }

 private:
  static constexpr Index least = 1 << 20;
  [[noreturn]] static void no_memory() {
    throw Error(
        sentence("no memory that processes share: ", std::generic_category().message(errno)));
  }

  Descriptor file_;
  std::byte* data_ = nullptr;
  Index reserved_ = 0, size_ = 0;
};

}  // namespace tenon
