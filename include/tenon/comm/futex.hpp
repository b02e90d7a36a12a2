// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Sleeping on a word of memory that processes share, and waking those who sleep on it:
///   while (word == seen) sleep_while(word, seen, 1s);        word = 1; wake_sleepers(word);
#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>
#include <thread>
#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#endif

namespace tenon {

using SharedWord = std::atomic<std::uint64_t>;
static_assert(SharedWord::is_always_lock_free && sizeof(SharedWord) == 8,
              "tenon: processes share atomic words without a lock");

/// The half of a word that the system looks at: the lower one.
inline void* futex_of(SharedWord& word) {
  return reinterpret_cast<std::uint32_t*>(&word) + (std::endian::native == std::endian::big);
}

/// Returns when it is woken, when the word is another, after `longest`, or for no reason.
/// Where there is no futex it looks again after a tenth of a millisecond.
inline void sleep_while(SharedWord& word, std::uint64_t seen, std::chrono::nanoseconds longest) {
#ifdef __linux__
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
  timespec time{};
  time.tv_sec = decltype(time.tv_sec)(seconds.count());
  time.tv_nsec = decltype(time.tv_nsec)((longest - seconds).count());
  syscall(SYS_futex, futex_of(word), FUTEX_WAIT, std::uint32_t(seen), &time, nullptr, 0);
#else
  if (word.load() == seen)
    std::this_thread::sleep_for(
        std::min<std::chrono::nanoseconds>(longest, std::chrono::microseconds(100)));
#endif
}

/// A system call: only where somebody sleeps.
inline void wake_sleepers([[maybe_unused]] SharedWord& word) {
#ifdef __linux__
  syscall(SYS_futex, futex_of(word), FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
#endif
}

}  // namespace tenon
