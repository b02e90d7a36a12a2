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

/// Replaces `path` by the parts, one after another.
/// @throws Error that names the file and the cause (a full disk, say); `path` is then as before.
inline void write_file(const std::string& path,
                       std::initializer_list<std::span<const char>> parts) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    cannot_write(path, "it is no regular file");
  std::string temporary;
  const auto create = [&](int attempt) {
    temporary = std::string(path).append(".").append(std::to_string(attempt)).append(".tmp");
    return ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  };
  int number = create(0);
  for (int attempt = 1; number < 0 && errno == EEXIST; ++attempt) number = create(attempt);
  if (number < 0) cannot_write(path, cause(errno));
  Descriptor file(number);
  const auto give_up = [&](int error_number) {
    ::unlink(temporary.c_str());
    cannot_write(path, cause(error_number));
  };
  for (std::span<const char> rest : parts)
    while (!rest.empty()) {
      const ssize_t written = ::write(file.number(), rest.data(), rest.size());
      if (written < 0 && errno != EINTR) give_up(errno);
      if (written > 0) rest = rest.subspan(static_cast<std::size_t>(written));
    }
  if (::fsync(file.number()) != 0 && errno != EINVAL) give_up(errno);
  if (file.close() != 0) give_up(errno);
  if (std::rename(temporary.c_str(), path.c_str()) != 0) give_up(errno);
}

}  // namespace tenon
