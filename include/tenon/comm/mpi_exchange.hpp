// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An exchange over MPI by messages, cut where one would pass the largest count.
#include <tenon/comm/message_exchange.hpp>
#include <tenon/comm/messages.hpp>

namespace tenon {

class MpiExchange : public MessageExchange<Messages> {
 public:
  /// @param patience outlives the exchange.
  /// @param largest bytes in one message; MPI's counts end at 2^31 - 1.
  MpiExchange(const boost::mpi::communicator& communicator, ExchangeProgram program,
              std::span<std::byte> scratch, int tag, Patience& patience,
              Index largest = Index(1) << 30)
      : MessageExchange(Messages(communicator, tag, largest), std::move(program), scratch, tag,
                        patience) {}
};

}  // namespace tenon
