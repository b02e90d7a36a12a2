// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a process that was started without mpirun knows of its job:
///   TcpHost host{.rank = 3, .ranks = 8, .join = "10.0.0.1:7000"};
///   Model<...> model(host, Cpu{});                              // with tenon/comm/tcp.hpp
#include <chrono>
#include <string>

namespace tenon {

struct TcpHost {
  int rank = 0, ranks = 1;
  std::string join = {};  // HOST:PORT or [IPV6]:PORT, where rank 0 is met: one of its own addresses
  std::string job = {};   // a name, the same on all ranks: those of another job are refused
  std::chrono::nanoseconds patience = std::chrono::seconds(60);  // until all have met; 0: no end
  /// A rank that waits longer for another later on throws; 0: it waits for ever, but for one that
  /// is gone.
  std::chrono::nanoseconds exchange_patience{0};
};

}  // namespace tenon
