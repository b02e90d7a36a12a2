// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a communication over MPI goes about it:
///   Model<...> model(communicator, Cpu{}, MpiSettings{.patience = 60s});
#include <chrono>

namespace tenon {

struct MpiSettings {
  bool shared_memory = true;  // false: messages alone, also inside a node
  /// A rank that waits longer in an exchange throws, and from then on in every exchange of this
  /// communication; 0: it waits for ever, as in MPI.
  std::chrono::nanoseconds patience{0};
  int node = -1;  // this rank's node as a number, to have several on one machine; -1: the machine
};

}  // namespace tenon
