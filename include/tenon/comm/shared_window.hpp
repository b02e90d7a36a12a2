// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Memory that the ranks of a node share:  SharedWindow window(node, 1 << 20); window.data()
/// Its pages are where they are touched first: each rank clears its own part.
/// Loads and stores go there without an epoch of MPI, ordered by atomic words (comm/signal.hpp):
/// that rests on memory which is cache-coherent between the processes of a node, as it is where
/// Open MPI and MPICH map it.
#include <cstddef>
#include <cstdint>
#include <utility>

#include <tenon/comm/check_mpi.hpp>
#include <tenon/core/dims.hpp>

namespace tenon {

/// Movable. Made and freed by all ranks of the node together, before MPI is finalised.
class SharedWindow {
 public:
  static constexpr std::size_t line = 64;

  /// @throws Error where the node has no memory for it.
  SharedWindow(MPI_Comm node, Index bytes) : size_(bytes) {
    int rank = 0, unit = 0;
    MPI_Comm_rank(node, &rank);
    void* own = nullptr;
    const MPI_Aint asked = rank == 0 ? MPI_Aint(bytes) + MPI_Aint(line) : 0;
    check_mpi(MPI_Win_allocate_shared(asked, 1, MPI_INFO_NULL, node, &own, &window_),
              "MPI_Win_allocate_shared");
    MPI_Aint size = 0;
    void* first = nullptr;
    check_mpi(MPI_Win_shared_query(window_, 0, &size, &unit, &first), "MPI_Win_shared_query");
    const auto address = reinterpret_cast<std::uintptr_t>(first);  // as far into a page on each
    data_ = static_cast<std::byte*>(first) + (line - address % line) % line;
  }
  SharedWindow(SharedWindow&& other) noexcept
      : window_(std::exchange(other.window_, MPI_WIN_NULL)),
        data_(other.data_),
        size_(other.size_) {}
  SharedWindow& operator=(SharedWindow other) noexcept {
    std::swap(window_, other.window_);
    data_ = other.data_, size_ = other.size_;
    return *this;
  }
  ~SharedWindow() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (window_ != MPI_WIN_NULL && !finalized) MPI_Win_free(&window_);
  }
  /// Leaves the memory to the end of the process: where the others may not come to free it.
  void abandon() { window_ = MPI_WIN_NULL; }

  std::byte* data() const { return data_; }
  Index size() const { return size_; }

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  std::byte* data_ = nullptr;
  Index size_;
};

}  // namespace tenon
