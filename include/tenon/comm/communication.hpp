// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How ranks reach each other. An executor knows only this; comm/mpi.hpp does it with MPI, and a
/// program of one rank needs nothing.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <tenon/comm/exchange_program.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/kernel.hpp>

namespace tenon {

/// An exchange made ready: it allocates nothing when it runs.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Where the next run's x is best produced: then nobody copies it. Null: anywhere.
  virtual std::byte* source() { return nullptr; }
  /// Collective over the communication. @param finish done to what was summed (this rank's block).
  /// @return where the result is: y, or memory that ranks share, to be read until the next run.
  virtual const std::byte* run(const void* x, void* y, const Finish& finish = {}) = 0;
};

/// What each rank of an exchange has to do.
using ExchangePrograms = std::function<ExchangeProgram(int rank)>;

class Communication {
 public:
  virtual ~Communication() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Collective.
  /// @param programs is asked in this call only, for this rank's part and for others' where it
  /// helps.
  /// @param scratch memory for what is staged: all that this rank takes and gives.
  /// @param tag tells exchanges of one program apart.
  virtual std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs,
                                            std::span<std::byte> scratch, int tag) = 0;
  /// Does `what` on every rank. If it throws on any, every rank throws: the text of the first one.
  virtual void together(const std::function<void()>& what) = 0;
  /// The numbers of all ranks, rank after rank. @pre equally many on each.
  virtual std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> numbers) = 0;
  /// The ranks of this one's node, ascending; itself among them. Collective.
  virtual std::vector<int> node() = 0;
  /// To one other rank, and from one, which calls the counterpart with as many bytes.
  virtual void send(std::span<const std::byte> data, int to) = 0;
  virtual void receive(std::span<std::byte> data, int from) = 0;
  /// Whether the number is the same on all ranks.
  bool agree(std::uint64_t number) {
    for (std::uint64_t other : all_gather({&number, 1}))
      if (other != number) return false;
    return true;
  }
};

/// A communication over whatever the host program has; comm/mpi.hpp says it for an MPI
/// communicator.
template <class Host>
struct CommunicationOver;

}  // namespace tenon
