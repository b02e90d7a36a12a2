// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What this process has in memory:  process_memory("RssAnon:")
#include <fstream>
#include <string>

#include <tenon/core/dims.hpp>

namespace tenon::test {

/// Bytes; VmHWM is the most that was in memory at once, RssAnon what is no file's, RssShmem what
/// processes share; Pss_Shmem is this one's part of that. 0 where the system does not say.
inline Index process_memory(const std::string& field) {
  const bool proportional = field.starts_with("Pss");
  std::ifstream status(proportional ? "/proc/self/smaps_rollup" : "/proc/self/status");
  for (std::string word; status >> word;)
    if (Index kilobytes = 0; word == field && status >> kilobytes) return kilobytes * 1024;
  return 0;
}

}  // namespace tenon::test
