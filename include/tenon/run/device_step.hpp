// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One step of a plan on a device, made ready. An exchange between ranks is staged in the host's
/// memory, or read from other devices (run/peer_exchange.hpp); one that moves nothing between ranks
/// is copies on the device.
#include <tenon/comm/communication.hpp>
#include <tenon/run/exchange_of.hpp>
#include <tenon/run/peer_exchange.hpp>
#include <tenon/run/prepared_step.hpp>

namespace tenon::detail {

struct DeviceStep {
  PreparedStep made;  // of a computation; of a staged exchange its `exchange`
  std::unique_ptr<PeerExchange> peers;
  std::vector<std::unique_ptr<PreparedKernel>> copies;
  std::vector<KernelCall> copied;
  std::unique_ptr<PreparedKernel> finish;  // of an exchange: bias and activation
  Index given = 0, taken = 0;              // bytes of a staged exchange

  const Step& step() const { return *made.step; }
  bool is_exchange() const { return step().kind == Step::Kind::exchange; }
  bool waits_for_ranks() const { return made.exchange || peers; }

  /// All but what is between ranks.
  void run(Places& at) {
    if (step().kind == Step::Kind::compute) return made.run(at);
    for (std::size_t i = 0; i < copies.size(); ++i) copies[i]->run(copied[i]);
    if (finish) finish->run(made.arguments);
  }

  /// What is staged, in the host's memory.
  void exchange(const std::byte* x, std::byte* y) {
    const std::byte* there = made.exchange->run(x, y);
    if (there != y && taken) std::memcpy(y, there, std::size_t(taken));
  }

  void prepare_copies(const ExchangeProgram& program, const Block& x, const Block& y,
                      Device& device) {
    for (const ExchangeProgram::Piece& piece : program.pieces) {
      if (piece.from.volume() == 0) continue;
      copies.push_back(device.copying(program.element, piece.from, piece.to));
      KernelCall& call = copied.emplace_back();
      call.inputs.push_back(x);
      call.output = y;
    }
  }
  /// @param bias none where the exchange adds none
  void prepare_finish(const Block& y, const Block* bias, Device& device) {
    KernelCall& call = made.arguments;
    call.output = y;
    call.bias = bias;
    if (bias) call.inputs.push_back(*bias);
    if (call.bias || call.activation) finish = device.finishing(call);
  }
};

/// Of ranks with the same problem the first one's way. Collective.
inline void agree_on_choices(std::vector<DeviceStep>& steps, Communication& communication) {
  std::vector<std::uint64_t> own;
  for (const DeviceStep& step : steps) {
    const Choice choice = step.made.prepared ? step.made.prepared->choice() : Choice{};
    own.push_back(choice.problem), own.push_back(choice.way);
  }
  const std::vector<std::uint64_t> all = communication.all_gather(own);
  for (std::size_t i = 0; i < own.size(); i += 2)
    for (std::size_t first = i; own[i] && first < all.size(); first += own.size())
      if (all[first] == own[i]) {
        steps[i / 2].made.prepared->choose(all[first + 1]);
        break;
      }
}

}  // namespace tenon::detail
