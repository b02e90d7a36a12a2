// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes a file so that its name never stands for half of it: under another name first, then
/// renamed.  write_file("logits.npy", {header, values});
#include <sys/stat.h>

#include <cstdio>
#include <initializer_list>
#include <span>

#include <tenon/io/descriptor.hpp>

namespace tenon {

/// A file that takes its name when it is whole:  AtomicFile x("x.ckpt"); x.write(...); x.commit();
/// Until then, and on any error, what was there before stays; a killed process leaves, besides, a
/// file "x.ckpt.0.tmp".
class AtomicFile {
 public:
  /// @param mode of the new file, less what the process' umask forbids.
  /// @throws Error that names the file and the cause, as all members do.
  explicit AtomicFile(const std::string& path, mode_t mode = 0666)
      : path_(path), file_(open(mode)) {}
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  /// Small pieces are gathered, large ones are written from where they lie.
  void write(std::span<const char> bytes) {
    constexpr std::size_t gathered = 1 << 16;
    if (buffer_.size() + bytes.size() > gathered) flush();
    if (bytes.size() > gathered) write_all(bytes);
    else buffer_.append(bytes.data(), bytes.size());
  }

  /// All that was written is on the disk and has the name.
  void commit() {
    flush();
    if (::fsync(file_.number()) != 0 && errno != EINVAL) cannot_write(path_, cause(errno));
    if (file_.close() != 0) cannot_write(path_, cause(errno));
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) cannot_write(path_, cause(errno));
    temporary_.clear();
    const Descriptor folder(::open(path_.substr(0, path_.rfind('/') + 1).append(".").c_str(),
                                   O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.number() >= 0) ::fsync(folder.number());  // so that the name survives a crash
  }

 private:
  int open(mode_t mode) {
    struct stat status {};
    if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
      cannot_write(path_, "it is no regular file");
    const auto create = [&](int attempt) {
      temporary_ = std::string(path_).append(".").append(std::to_string(attempt)).append(".tmp");
      return ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    };
    int number = create(0);
    for (int attempt = 1; number < 0 && errno == EEXIST; ++attempt) number = create(attempt);
    if (number < 0) cannot_write(path_, cause(errno));
    return number;
  }
  void write_all(std::span<const char> rest) {
    while (!rest.empty()) {
      const ssize_t written = ::write(file_.number(), rest.data(), rest.size());
      if (written < 0 && errno != EINTR) cannot_write(path_, cause(errno));
      if (written > 0) rest = rest.subspan(static_cast<std::size_t>(written));
    }
  }
  void flush() {
    write_all(buffer_);
    buffer_.clear();
  }

  std::string path_, temporary_, buffer_;
  Descriptor file_;
};

/// Replaces `path` by the parts, one after another.
/// @throws Error that names the file and the cause (a full disk, say); `path` is then as before.
inline void write_file(const std::string& path, std::initializer_list<std::span<const char>> parts,
                       mode_t mode = 0666) {
  AtomicFile file(path, mode);
  for (std::span<const char> part : parts) file.write(part);
  file.commit();
}

}  // namespace tenon
