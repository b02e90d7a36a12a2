// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What was made ready for each batch so far: of the first one for ever, of others for those that
/// were used last.
///   Remembered<Index, Forward> forwards;   forwards.at(32, [&](Forward& made) { ... }).run(x);
#include <functional>
#include <map>

#include <tenon/core/dims.hpp>

namespace tenon::detail {

/// @param Key what tells batches apart: rows, or shapes. Ranks that ask alike forget alike.
template <class Key, class Value, class Before = std::less<Key>>
class Remembered {
 public:
  static constexpr std::size_t most = 16;  // besides the first

  /// @param make make(value) where the key is a new one; what it throws leaves the key unknown.
  Value& at(const Key& key, auto&& make) {
    auto found = values_.find(key);
    if (found == values_.end()) {
      if (values_.size() > most) forget_oldest();
      const bool is_first = values_.empty();
      found = values_.try_emplace(key).first;
      found->second.stays = is_first;
      try {
        make(found->second.value);
      } catch (...) {
        values_.erase(found);
        throw;
      }
    }
    found->second.used = ++calls_;
    return found->second.value;
  }

 private:
  struct Entry {
    Value value{};
    bool stays = false;
    Index used = 0;  // the call that last asked for it
  };

  void forget_oldest() {
    auto oldest = values_.end();
    for (auto it = values_.begin(); it != values_.end(); ++it)
      if (!it->second.stays &&
          (oldest == values_.end() || it->second.used < oldest->second.used))
        oldest = it;
    if (oldest != values_.end()) values_.erase(oldest);
  }

  Index calls_ = 0;
  std::map<Key, Entry, Before> values_;
};

}  // namespace tenon::detail
