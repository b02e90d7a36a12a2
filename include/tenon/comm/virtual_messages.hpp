// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The messages of one exchange between threads, for comm/message_exchange.hpp: each is copied
/// once, by the rank that takes it, from where the giver has it.
///   messages.receive(3, y, 4096); messages.send(3, x, 4096); messages.wait();
#include <tenon/comm/virtual_job.hpp>
#include <tenon/comm/waiting.hpp>
#include <tenon/core/dims.hpp>

namespace tenon::detail {

class VirtualMessages {
 public:
  /// @param job outlives the messages.
  VirtualMessages(VirtualJob& job, int rank, int tag) : job_(&job), rank_(rank), tag_(tag) {}

  void expect(int, Index) {
    ++expected_;
    takes_.reserve(expected_), gifts_.reserve(expected_);
  }
  void receive(int peer, std::byte* to, Index bytes) {
    if (bytes > 0) takes_.push_back({peer, {to, std::size_t(bytes)}});
  }
  void send(int peer, const std::byte* from, Index bytes) {
    if (bytes > 0) gifts_.push_back({peer, {from, std::size_t(bytes)}});
  }
  /// Without end, but for a rank that has failed or ended.
  void wait() {
    job_->exchange(rank_, tag_, takes_, gifts_);
    stop();
  }
  std::string wait(const Waiting&) { return wait(), ""; }
  /// Nothing is under way any more.
  void stop() { takes_.clear(), gifts_.clear(); }

 private:
  VirtualJob* job_;
  int rank_, tag_;
  std::size_t expected_ = 0;
  std::vector<VirtualJob::Take> takes_;
  std::vector<VirtualJob::Gift> gifts_;
};

}  // namespace tenon::detail
