// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Ranks that are threads of this process, without MPI, more of them than there are cores:
///   run_virtual_ranks(64, [&](Communication& communication) {
///     Model<Network, Input<32, 28, 28>, AnyOf<1, 8, 64>> model(communication, Cpu{});
///     ...
///   });
/// Exchanges have the bits that they have over MPI by messages. A rank that waits sleeps.
#include <atomic>
#include <thread>

#include <tenon/comm/borrowed.hpp>
#include <tenon/comm/virtual_communication.hpp>

namespace tenon {

inline constexpr int most_virtual_ranks = 4096;

/// Calls `body` once for each rank, at the same time, each with a communication of its own; rank 0
/// is the calling thread. Cost: a thread a rank, and one copy of what an exchange moves.
/// @throws Error when a rank threw: its text, and where not all did, which rank did. The others
/// throw where they wait for a rank, or when they next do. So they do when none of them would ever
/// go on, because they wait for each other, or for a rank whose body has ended.
inline void run_virtual_ranks(int ranks, const std::function<void(Communication&)>& body) {
  if (ranks < 1 || ranks > most_virtual_ranks)
    throw Error(sentence(ranks, " virtual ranks; legal: 1 to ", most_virtual_ranks));
  detail::VirtualJob job(ranks);
  std::vector<std::string> texts(
      static_cast<std::size_t>(ranks));  // of ranks that failed by themselves
  std::atomic<bool> others_failed = false;
  const auto run = [&](int rank) {
    std::string text = text_thrown_by([&] {
      detail::VirtualCommunication communication(job, rank);
      body(communication);
    });
    if (job.leave(rank, text)) texts[std::size_t(rank)] = std::move(text);
    else if (!text.empty()) others_failed = true;
  };
  {
    std::vector<std::jthread> threads;
    int rank = 1;
    try {
      for (; rank < ranks; ++rank) threads.emplace_back(run, rank);
    } catch (const std::exception&) {
      for (int other = rank; other < ranks; ++other)
        texts[std::size_t(other)] = sentence("the system has no thread for rank ", rank),
        job.leave(other, texts[std::size_t(other)]);
    }
    run(0);
  }
  throw_first(texts);
  if (others_failed) throw Error(job.failure());
}

}  // namespace tenon
