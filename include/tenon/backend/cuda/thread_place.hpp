// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The calling thread's number among those of the process that have asked and still live, from 0:
/// threads that end and threads that begin after them have the same ones.
#include <mutex>
#include <set>

namespace tenon::detail {

inline int thread_place() {
  struct Taken {
    std::mutex mutex;
    std::set<int> places;
  };
  static Taken& taken = *new Taken;  // to the end of the process: threads may end after it
  struct Own {
    int place = 0;
    Own() {
      const std::lock_guard lock(taken.mutex);
      while (!taken.places.insert(place).second) ++place;
    }
    ~Own() {
      const std::lock_guard lock(taken.mutex);
      taken.places.erase(place);
    }
  };
  static thread_local const Own own;
  return own.place;
}

}  // namespace tenon::detail
