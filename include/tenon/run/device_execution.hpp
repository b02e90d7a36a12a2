// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A plan's steps in a device's memory: all of them between two exchanges are one recorded piece of
/// work, which begins with what came from other ranks and ends with what goes to them.
#include <tenon/run/device_places.hpp>
#include <tenon/run/device_step.hpp>

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
    communication.together([&] {
      device_ = backend.device(neighbour);
      device_->enter();
      places_.reserve(plan_, rank_, backend, parameters, device_);
    });
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
    divide();
  }

  ~DeviceExecution() override { settle(); }
  DeviceExecution(const DeviceExecution&) = delete;
  DeviceExecution& operator=(const DeviceExecution&) = delete;

  const void* run(std::span<const void* const> inputs) override {
    device_->enter();
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
  /// Steps [first, last), between an exchange and the next.
  struct Piece {
    DeviceStep* enters = nullptr;
    std::size_t first = 0, last = 0;
    DeviceStep* leaves = nullptr;
    std::unique_ptr<Recorded> recorded = {};
  };

  static Index exchange_scratch(const PlanView& plan) {
    Index most = 0;
    for (const Step& step : plan.steps) most = std::max(most, step.scratch_bytes);
    return most;
  }
  void forward(std::span<const void* const> inputs) {
    places_.bring_inputs(inputs);
    places_.bring_parameters(device_, rank_);
    for (Piece& piece : pieces_) {
      if (piece.recorded) piece.recorded->launch();
      else work(piece);
      if (!piece.recorded) piece.recorded = device_->record([&] { work(piece); });
      device_->wait();
      if (piece.leaves) exchange(*piece.leaves);
    }
  }
  /// Nothing is in flight any more that reads or writes what dies here, or what a caller gave. What
  /// the wait itself says is not told: an error before it is, or nobody is there.
  void settle() noexcept try {
    if (device_) device_->wait();
  } catch (...) {
  }
  Block block(int id) { return places_.block(plan_, id, rank_); }

  void prepare_exchange(int i, Communication& communication) {
    const Step& step = plan_.steps[std::size_t(i)];
    DeviceStep& made = steps_[std::size_t(i)];
    made.made.step = &step;
    made.made.home = places_.place(step.output);
    if (!plan_.communicates(step)) return;
    made.given = block_bytes(plan_, step.inputs[0], rank_);
    made.taken = block_bytes(plan_, step.output, rank_);
    made.made.exchange = communication.prepare(
        [&](int rank) { return program_of(step, rank); }, scratch_.part(0, step.scratch_bytes), i);
  }
  ExchangeProgram program_of(const Step& step, Index rank) const {
    return exchange_of(plan_.from(step), plan_.to(step), rank, plan_.devices,
                       plan_.buffer(step.output).element);
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
    const Block y = block(step.output);
    if (!made.waits_for_ranks())
      made.prepare_copies(program_of(step, rank_), block(step.inputs[0]), y, *device_);
    const Block bias = step.bias ? block(step.inputs[step.inputs.size() - 1]) : Block();
    made.prepare_finish(y, step.bias ? &bias : nullptr, *device_);
  }

  void divide() {
    pieces_.push_back({});
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      pieces_.back().last = i;
      if (!steps_[i].waits_for_ranks()) continue;
      pieces_.back().leaves = &steps_[i];
      pieces_.push_back({&steps_[i], i + 1, i + 1});
    }
    pieces_.back().last = steps_.size();
    // What came last from the ranks is the only output: it is where it is wanted.
    const Piece& last = pieces_.back();
    ends_with_exchange_ = last.enters && !last.enters->finish && last.first == last.last &&
                          places_.outputs.size() == 1 &&
                          last.enters->step().output == plan_.output;
    if (ends_with_exchange_) pieces_.pop_back();
  }

  /// What a piece asks of the device.
  void work(Piece& piece) {
    if (&piece == &pieces_.front())
      for (const auto& x : places_.inputs)
        device_->upload(x.memory.get(), x.staging.get(), x.bytes);
    if (DeviceStep* from = piece.enters) {
      device_->upload(from->made.home, places_.taken.get(), from->taken);
      from->run(places_.at);
    }
    for (std::size_t i = piece.first; i < piece.last; ++i) steps_[i].run(places_.at);
    if (const DeviceStep* to = piece.leaves)
      return device_->download(places_.given.get(), places_.place(to->step().inputs[0]), to->given);
    for (const auto& y : places_.outputs)
      device_->download(y.staging.get(), places_.place(y.buffer), y.bytes);
  }
  /// Between the ranks, in the host's memory.
  void exchange(DeviceStep& step) {
    std::byte* taken = places_.taken.get();
    const std::byte* y = step.made.exchange->run(places_.given.get(), taken);
    if (y != taken && step.taken) std::memcpy(taken, y, std::size_t(step.taken));
  }

  PlanView plan_;
  Index rank_;
  std::shared_ptr<Device> device_;
  DevicePlaces places_;
  std::vector<DeviceStep> steps_;
  Memory scratch_;  // of exchanges; one runs after the other
  std::vector<Piece> pieces_;
  bool ends_with_exchange_ = false;
};

}  // namespace tenon::detail
