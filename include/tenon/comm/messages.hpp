// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The messages of one exchange, all under way at once:
///   messages.receive(3, y, 4096); messages.send(3, x, 4096); auto late = messages.wait(waiting);
/// (Boost.MPI has no non-blocking exchange without allocation: this calls MPI on its communicator.)
#include <boost/mpi/communicator.hpp>
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <tenon/comm/check_mpi.hpp>
#include <tenon/comm/waiting.hpp>
#include <tenon/core/dims.hpp>

namespace tenon {

/// Messages up to so many bytes are sent without asking the receiver first, by most of MPI's ways
/// between nodes.
inline constexpr Index bytes_without_a_question = 32768;

class Messages {
 public:
  /// @param largest bytes in one message; MPI's counts end at 2^31 - 1.
  Messages(const boost::mpi::communicator& communicator, int tag, Index largest = Index(1) << 30)
      : communicator_(communicator), tag_(tag), largest_(largest) {}

  /// Room for one more to or from a rank: nothing is allocated when it is sent.
  void expect(int peer, Index bytes) {
    for (Index at = 0; at < bytes; at += largest_) peers_.push_back(peer);
    requests_.resize(peers_.size(), MPI_REQUEST_NULL);
  }
  /// @pre all that is expected is received, then sent, in the order in which it was expected.
  void receive(int peer, std::byte* to, Index bytes) {
    for (Index at = 0; at < bytes; at += largest_)
      check_mpi(MPI_Irecv(to + at, int(std::min(largest_, bytes - at)), MPI_BYTE, peer, tag_,
                          communicator_, &requests_[started_++]),
                "MPI_Irecv");
    received_ = started_;
  }
  void send(int peer, const std::byte* from, Index bytes) {
    for (Index at = 0; at < bytes; at += largest_)
      check_mpi(MPI_Isend(from + at, int(std::min(largest_, bytes - at)), MPI_BYTE, peer, tag_,
                          communicator_, &requests_[started_++]),
                "MPI_Isend");
  }
  /// As MPI waits: the fastest where nobody else wants the core, but without end.
  void wait() {
    check_mpi(MPI_Waitall(int(started_), requests_.data(), MPI_STATUSES_IGNORE), "MPI_Waitall");
    started_ = received_ = 0;
  }
  /// Lets others have the core. @return the ranks of messages that did not come in time.
  std::string wait(const Waiting& waiting) {
    const int count = int(started_);
    int done = count == 0;
    const auto all_done = [&] {
      if (!done)
        check_mpi(MPI_Testall(count, requests_.data(), &done, MPI_STATUSES_IGNORE), "MPI_Testall");
      return done != 0;
    };
    Waiting patient = waiting;
    patient.yields = 1000;  // a message takes longer than another rank of the node
    const auto nap = [](std::chrono::nanoseconds) {
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    };
    if (!patient.until(all_done, nap)) return late(count);
    started_ = received_ = 0;
    return "";
  }
  /// Takes back what an error left under way: nothing is received any more, and what was sent has
  /// left. @return whether that is so: else MPI may still read or write the messages' memory, to
  /// the end of the process.
  bool stop() {
    for (std::size_t i = 0; i < received_; ++i)
      if (requests_[i] != MPI_REQUEST_NULL) MPI_Cancel(&requests_[i]);
    int done = requests_.empty();
    for (int tries = 0; !done && tries < 100; ++tries) {  // a send cannot be taken back
      if (tries) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (MPI_Testall(int(requests_.size()), requests_.data(), &done, MPI_STATUSES_IGNORE) !=
          MPI_SUCCESS)
        return false;
    }
    return done;
  }

 private:
  std::string late(int count) {
    std::set<int> ranks;
    for (int i = 0, done = 0; i < count; ++i) {
      MPI_Test(&requests_[std::size_t(i)], &done, MPI_STATUS_IGNORE);
      if (!done) ranks.insert(peers_[std::size_t(i)]);
    }
    std::string text;
    for (int rank : ranks) text.append(text.empty() ? "" : ", ").append(std::to_string(rank));
    return text;
  }

  boost::mpi::communicator communicator_;
  int tag_;
  Index largest_;
  std::vector<int> peers_;
  std::vector<MPI_Request> requests_;
  std::size_t started_ = 0, received_ = 0;  // the first ones are those to receive
};

}  // namespace tenon
