// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Values from anywhere in the host's memory (a mapped file) to a device, through two pinned pieces
/// in turn: one is filled, and rounded where it is kept in fewer bits, while the other is copied.
#include <algorithm>
#include <cstring>

#include <tenon/backend/cuda/memory.hpp>
#include <tenon/core/element.hpp>
#include <tenon/core/half.hpp>

namespace tenon::detail {

class CudaUploads {
 public:
  static constexpr Index piece_bytes = Index(8) << 20;

  CudaUploads() = default;
  CudaUploads(const CudaUploads&) = delete;
  CudaUploads& operator=(const CudaUploads&) = delete;
  ~CudaUploads() {
    for (Piece& piece : pieces_)
      if (piece.copied) cudaEventDestroy(piece.copied);
  }

  /// So that fill() of so many bytes at most allocates nothing.
  void reserve(Index bytes) {
    for (Piece& piece : pieces_)
      if (bytes) prepare(piece, std::min(bytes, piece_bytes));
  }

  /// What is read may change when it returns; it is there when the stream comes to what follows.
  void fill(cudaStream_t stream, void* to, Element kept, const void* from, Element element,
            Index count) {
    const Index size = bytes(kept), most = piece_bytes / size;
    for (Index first = 0; first < count; first += most) {
      const Index n = std::min(most, count - first);
      Piece& piece = pieces_[next_ = 1 - next_];
      prepare(piece, std::min(count, most) * size);
      round(piece.memory.get(), kept, static_cast<const std::byte*>(from) + first * bytes(element),
            element, n);
      check_cuda(cudaMemcpyAsync(static_cast<std::byte*>(to) + first * size, piece.memory.get(),
                                 std::size_t(n * size), cudaMemcpyHostToDevice, stream),
                 "a copy of parameters to the device");
      check_cuda(cudaEventRecord(piece.copied, stream), "cudaEventRecord");
    }
  }

 private:
  struct Piece {
    CudaMemory memory;
    Index size = 0;
    cudaEvent_t copied = nullptr;  // what was last in it
  };

  static void prepare(Piece& piece, Index wanted) {
    if (!piece.copied)
      check_cuda(cudaEventCreateWithFlags(&piece.copied, cudaEventDisableTiming),
                 "cudaEventCreate");
    else check_cuda(cudaEventSynchronize(piece.copied), "a copy of parameters to the device");
    if (piece.size >= wanted) return;
    piece.memory = pinned_memory(wanted);
    piece.size = wanted;
  }
  static void round(std::byte* to, Element kept, const std::byte* from, Element element, Index n) {
    if (kept == element) {
      std::memcpy(to, from, std::size_t(n * bytes(element)));
      return;
    }
    if (element != Element::float32)
      throw Error(sentence("a device keeps float32 in 16 bits, not ", text(element)));
    const auto* x = reinterpret_cast<const float*>(from);
    auto* y = reinterpret_cast<std::uint16_t*>(to);
    if (kept == Element::bfloat16)
      for (Index i = 0; i < n; ++i) y[i] = BFloat16(x[i]).bits;
    else
      for (Index i = 0; i < n; ++i) y[i] = Float16(x[i]).bits;
  }

  Piece pieces_[2];
  int next_ = 0;
};

}  // namespace tenon::detail
