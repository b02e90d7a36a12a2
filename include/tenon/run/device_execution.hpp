// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A plan's steps in a device's memory: all of them between two exchanges are one recorded piece of
/// work, which begins with what came from other ranks and ends with what goes to them.
#include <optional>

#include <tenon/run/device_peers.hpp>
#include <tenon/run/device_pieces.hpp>
#include <tenon/run/device_places.hpp>
#include <tenon/run/shared_device.hpp>

namespace tenon::detail {

class DeviceExecution final : public AnyExecution {
 public:
  /// Collective.
  DeviceExecution(const PlanView& plan, const Backend& backend, Communication& communication,
                  Parameters& parameters)
      : plan_(plan),
        rank_(communication.rank()),
        steps_(plan.steps.size()),
        scratch_(exchange_scratch(plan)) {
    check_agreement(plan, communication);
    const int neighbour = neighbour_of(communication);
    std::optional<DeviceWork> work;
    Index there = 0;
    communication.together([&] {
      device_ = backend.device(neighbour, device_of(parameters));
      work.emplace(*device_);
      there = places_.find(plan_, rank_, backend, parameters, device_);
    });
    DeviceNeeds needs = device_needs(plan_, rank_, backend);
    peers_ = DevicePeers(plan_, *device_, backend.exchange(), communication, needs, there);
    try {
      make(backend, communication, needs.scratch);
    } catch (const Error&) {  // of all ranks
      peers_.give_up(*device_, communication);
      throw;
    }
  }

  ~DeviceExecution() override { settle(); }
  DeviceExecution(const DeviceExecution&) = delete;
  DeviceExecution& operator=(const DeviceExecution&) = delete;

  const void* run(std::span<const void* const> inputs) override {
    const DeviceWork work(*device_);
    try {
      forward(inputs);
    } catch (...) {
      settle();
      throw;
    }
    return result(plan_.output);
  }
  const void* result(int buffer) const override {
    return ends_with_exchange_ ? places_.taken.get() : places_.result(buffer);
  }

 private:
  /// Collective. What throws on one rank throws on all.
  void make(const Backend& backend, Communication& communication, Index scratch) {
    communication.together(
        [&] { places_.reserve(plan_, rank_, scratch, device_, peers_.staged); });
    for (std::size_t i = 0; i < steps_.size(); ++i) prepare_exchange(int(i), communication);
    communication.together([&] {
      try {
        for (DeviceStep& step : steps_) prepare(step, backend);
        device_->wait();
      } catch (...) {
        settle();
        throw;
      }
    });
    agree_on_choices(steps_, communication);
    pieces_ = pieces_of(steps_);
    ends_with_exchange_ = !steps_.empty() && ends_on_the_host(plan_, steps_.size() - 1);
    if (ends_with_exchange_) pieces_.pop_back();
  }

  void forward(std::span<const void* const> inputs) {
    places_.bring_inputs(inputs);
    places_.bring_parameters(device_, rank_);
    for (DevicePiece& piece : pieces_) {
      const int turn = piece.turns() == 2 ? turn_ : 0;
      if (piece.recorded[turn]) piece.recorded[turn]->launch();
      else work(piece, turn);
      for (int t = 0; t < piece.turns(); ++t)
        if (!piece.recorded[t]) piece.recorded[t] = device_->record([&] { work(piece, t); });
      device_->wait();
      if (piece.leaves) exchange(*piece.leaves);
    }
  }
  /// Nothing is in flight any more that reads or writes what dies here, or what a caller gave. What
  /// the wait itself says is not told: an error before it is, or nobody is there.
  void settle() noexcept try {
    const DeviceWork work(*device_);
    device_->wait();
  } catch (...) {
  }
  Block block(int id) { return places_.block(plan_, id, rank_); }

  void prepare_exchange(int i, Communication& communication) {
    const Step& step = plan_.steps[std::size_t(i)];
    DeviceStep& made = steps_[std::size_t(i)];
    made.made.step = &step;
    made.made.home = places_.place(step.output);
    if (peers_.steps[std::size_t(i)])
      made.peers = std::make_unique<PeerExchange>(peers_.space, communication, i);
    if (!peers_.staged[std::size_t(i)]) return;
    made.given = block_bytes(plan_, step.inputs[0], rank_);
    made.taken = block_bytes(plan_, step.output, rank_);
    made.made.exchange =
        communication.prepare(programs_of(step), scratch_.part(0, step.scratch_bytes), i);
  }
  ExchangePrograms programs_of(const Step& step) const {
    return [this, &step](int rank) {
      return exchange_of(plan_.from(step), plan_.to(step), rank, plan_.devices,
                         plan_.buffer(step.output).element);
    };
  }

  void prepare(DeviceStep& made, const Backend& backend) {
    const Step& step = made.step();
    if (step.activation) {
      made.made.arguments.activation = &step.activation->scalar;
      made.made.arguments.activation_name = step.activation->name;
    }
    if (step.kind == Step::Kind::compute)
      prepare_kernel(
          made.made, backend, SumBlocks(), [&](int id) { return block(id); },
          [](int) -> PackedForms* { return nullptr; });
    if (!made.is_exchange()) return;
    const Block x = block(step.inputs[0]), y = block(step.output);
    const ExchangePrograms programs = programs_of(step);
    if (made.peers) made.peers->prepare(programs, int(rank_), x, y, *device_);
    else if (!made.waits_for_ranks()) made.prepare_copies(programs(int(rank_)), x, y, *device_);
    const Block bias = step.bias ? block(step.inputs[step.inputs.size() - 1]) : Block();
    made.prepare_finish(y, step.bias ? &bias : nullptr, *device_);
  }

  /// What a piece asks of the device.
  /// @param turn of what it shows; it takes what was shown in the other one
  void work(DevicePiece& piece, int turn) {
    if (&piece == &pieces_.front())
      for (const auto& x : places_.inputs)
        device_->upload(x.memory.get(), x.staging.get(), x.bytes);
    if (DeviceStep* from = piece.enters) {
      if (from->peers) from->peers->take(1 - turn);
      else device_->upload(from->made.home, places_.taken.get(), from->taken);
      from->run(places_.at);
    }
    for (std::size_t i = piece.first; i < piece.last; ++i) steps_[i].run(places_.at);
    if (DeviceStep* to = piece.leaves) {
      if (to->peers) return to->peers->show(turn);
      return device_->download(places_.given.get(), places_.place(to->step().inputs[0]), to->given);
    }
    for (const auto& y : places_.outputs)
      device_->download(y.staging.get(), places_.place(y.buffer), y.bytes);
  }
  /// Between the ranks: a meeting, or all of it in the host's memory.
  void exchange(DeviceStep& step) {
    if (!step.peers) return step.exchange(places_.given.get(), places_.taken.get());
    step.peers->meet();
    turn_ = 1 - turn_;
  }

  PlanView plan_;
  Index rank_;
  std::shared_ptr<Device> device_;
  DevicePlaces places_;
  DevicePeers peers_;
  std::vector<DeviceStep> steps_;
  Memory scratch_;  // of exchanges; one runs after the other
  std::vector<DevicePiece> pieces_;
  bool ends_with_exchange_ = false;
  int turn_ = 0;  // in which the next is shown that other devices read
};

}  // namespace tenon::detail
