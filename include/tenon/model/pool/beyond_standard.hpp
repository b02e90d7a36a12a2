// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A descriptor that is none of stdin, stdout and stderr, also in a process that has closed those:
///   beyond_standard(::memfd_create("a", MFD_CLOEXEC)) > 2
#include <fcntl.h>
#include <unistd.h>

namespace tenon {

/// The same file; closed where other programs start. -1 stays -1.
inline int beyond_standard(int number) {
  if (number < 0 || number > STDERR_FILENO) return number;
  const int higher = ::fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::close(number);
  return higher;
}

}  // namespace tenon
