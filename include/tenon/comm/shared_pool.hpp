// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Parts of few windows:  SharedPool pool(node); auto part = pool.take(4096); part.data
/// A window grows by a next one of twice its size, and is used again when nobody has a part of it.
#include <algorithm>
#include <memory>
#include <vector>

#include <tenon/comm/shared_window.hpp>

namespace tenon {

/// The node has no memory to share: known to all of its ranks.
class NoSharedMemory : public Error {
 public:
  using Error::Error;
};

class SharedPool {
 public:
  /// Memory that all ranks of the node see, at the same place of the same window on each.
  struct Part {
    std::byte* data = nullptr;
    std::shared_ptr<const void> use;  // while one lives on any rank, the window is in use
  };

  explicit SharedPool(MPI_Comm node) : node_(node) {}

  /// Collective over the node, with the same number on each rank.
  /// @throws NoSharedMemory on every rank of the node.
  Part take(Index bytes) {
    bytes = (bytes + border - 1) / border * border;
    forget_unused();
    if (windows_.empty() || windows_.back().used + bytes > windows_.back().window.size()) {
      const Index before = windows_.empty() ? smallest / 2 : windows_.back().window.size();
      add_window(std::max(bytes, 2 * before));
    }
    Held& last = windows_.back();
    const Part part{last.window.data() + last.used, last.use};
    last.used += bytes;
    return part;
  }
  void abandon() {
    for (Held& held : windows_) held.window.abandon();
  }

 private:
  static constexpr Index border = 4096, smallest = 1 << 20;  // untouched, they cost nothing
  struct Held {
    SharedWindow window;
    std::shared_ptr<const void> use = std::make_shared<int>();
    Index used = 0;
  };

  /// What is unused here may still be in use elsewhere: only what all ranks agree on is forgotten.
  void forget_unused() {
    std::vector<int> unused;
    for (const Held& held : windows_) unused.push_back(held.use.use_count() == 1);
    check_mpi(
        MPI_Allreduce(MPI_IN_PLACE, unused.data(), int(unused.size()), MPI_INT, MPI_MIN, node_),
        "MPI_Allreduce");
    std::size_t kept = 0;
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      if (unused[i]) windows_[i].used = 0;
      if (unused[i] && i + 1 < windows_.size()) continue;
      if (kept != i) windows_[kept] = std::move(windows_[i]);
      ++kept;
    }
    windows_.erase(windows_.begin() + std::ptrdiff_t(kept), windows_.end());
  }

  void add_window(Index bytes) {
    std::unique_ptr<SharedWindow> made;
    std::string text;
    try {
      made = std::make_unique<SharedWindow>(node_, bytes);
    } catch (const Error& error) {
      text = error.what();
    }
    int have_it = bool(made);
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &have_it, 1, MPI_INT, MPI_MIN, node_), "MPI_Allreduce");
    if (!have_it) {
      if (made) made->abandon();  // those without it cannot come to free it
      throw NoSharedMemory(text.empty() ? "another rank of this node has no shared memory" : text);
    }
    windows_.push_back({std::move(*made)});
  }

  MPI_Comm node_;
  std::vector<Held> windows_;
};

}  // namespace tenon
