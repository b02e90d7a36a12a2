// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The parameters that a program reads: where they are now, and whether they changed since.
#include <tenon/run/parameters.hpp>

namespace tenon::detail {

class HeldParameters {
 public:
  void add(int buffer, Parameters::Slice& slice) { held_.push_back({buffer, &slice, 0}); }
  /// The forms of it for kernels; null of a buffer that is no parameter.
  PackedForms* packed(int buffer) const {
    for (const Held& held : held_)
      if (held.buffer == buffer) return held.slice->packed.get();
    return nullptr;
  }
  /// at(buffer) = where its values are. @return whether any has changed since the last call.
  bool read(auto&& at) {
    bool changed = false;
    for (Held& held : held_) {
      at(held.buffer) = const_cast<std::byte*>(held.slice->data);
      changed = changed || held.version != held.slice->version;
      held.version = held.slice->version;
    }
    return changed;
  }

 private:
  struct Held {
    int buffer;
    Parameters::Slice* slice;
    std::uint64_t version;  // of the values that kernels have
  };
  std::vector<Held> held_;
};

}  // namespace tenon::detail
