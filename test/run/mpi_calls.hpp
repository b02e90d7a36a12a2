// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What this program asks of MPI between ranks, recorded where MPI is called:
///   const MpiCalls before = mpi_calls();  executor.run(inputs);  (mpi_calls() - before).sends
#include <tenon/core/dims.hpp>

namespace tenon::test {

/// Messages that are not waited for, and their bytes; and `others`, every other call that moves
/// data between ranks: messages of another kind, collectives, puts and gets. Since the program
/// began, on this rank.
struct MpiCalls {
  Index sends = 0, sent_bytes = 0, receives = 0, received_bytes = 0, others = 0;
  friend constexpr MpiCalls operator-(const MpiCalls& a, const MpiCalls& b) {
    return {a.sends - b.sends, a.sent_bytes - b.sent_bytes, a.receives - b.receives,
            a.received_bytes - b.received_bytes, a.others - b.others};
  }
};
const MpiCalls& mpi_calls();

/// Whether this thread is in such a call.
bool inside_mpi();

}  // namespace tenon::test
