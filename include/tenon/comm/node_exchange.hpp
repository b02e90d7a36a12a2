// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An exchange through the memory that the ranks of a node share, and by messages between nodes.
/// A rank says three things in a run: what I hold is there; what came to me from other nodes is
/// there; I have read what I take, and what I make is there. It waits only for those whose memory
/// it reads; and before it writes what others read in an earlier run, for these.
#include <cstring>

#include <tenon/comm/messages.hpp>
#include <tenon/comm/node_sum.hpp>

namespace tenon {

class NodeExchange : public Exchange {
 public:
  /// No rank runs it before all have made it. @param node outlives the exchange.
  /// @param memory taken and touched.
  NodeExchange(const boost::mpi::communicator& all, Neighbours& node,
               const ExchangeProgram& program, const NodeSchedule& schedule, NodeMemory memory,
               int tag)
      : node_(node),
        tag_(tag),
        element_(program.element),
        block_(program.result),
        memory_(std::move(memory)),
        messages_(all, tag, bytes_without_a_question),
        own_(node.place(node.rank())) {
    const NodeSchedule::Member& self = schedule.members[own_];
    home_ = memory_.held(own_), result_ = memory_.result();
    held_bytes_ = product(program.held) * bytes(element_);
    is_read_ = self.read, passes_on_ = self.passes_on, writes_late_ = self.writes_late;
    for (int reader : schedule.readers) readers_.push_back(node.place(reader));
    for (int sharer : schedule.sharers(self.owner))
      if (sharer != node.rank()) sharers_.push_back(node.place(sharer));
    says_done_ = !sharers_.empty() || !is_read_ || memory_.turns() == 1;
    for (const NodeSchedule::Job& job : schedule.jobs) jobs_.push_back(sum_of(job));
    prepare_messages(schedule);
  }

  ~NodeExchange() override {
    // What MPI may still send lies there to the end of the process.
    if (!stopped_) new std::vector<Parcel>(std::move(parcels_));
  }
  NodeExchange(const NodeExchange&) = delete;

  std::byte* source() override {
    node_.patience().check();
    if (home_) wait_for_readers();
    return home_.at[turn_];
  }

  const std::byte* run(const void* x, void* y, const Finish& finish = {}) override {
    return node_.patience().guard([&] { return exchange(x, y, finish); });
  }

 private:
  const std::byte* exchange(const void* x, void* y, const Finish& finish) try {
    wait_for_readers();
    const std::uint64_t step = node_.begin(3);
    const auto* held = static_cast<const std::byte*>(x);
    if (home_ && held != home_.at[turn_] && held_bytes_)
      held = static_cast<std::byte*>(std::memcpy(home_.at[turn_], held, std::size_t(held_bytes_)));
    for (const Arrival& a : arrivals_)
      messages_.receive(a.peer, memory_.arrived(own_).at[turn_] + a.first, a.bytes);
    if (is_read_ || writes_late_) node_.announce(step + is_held);
    for (Parcel& parcel : parcels_) send(parcel, held, step);
    if (const std::string late = messages_.wait(node_.patience().waiting()); !late.empty())
      node_.patience().throw_late(late, tag_);
    if (passes_on_) node_.announce(step + has_arrived);
    if (writes_late_)
      for (std::size_t sharer : sharers_) node_.wait_for(sharer, step + is_held, tag_);
    std::byte* const result = result_ ? result_.at[turn_] : static_cast<std::byte*>(y);
    for (NodeSum& job : jobs_) job.run({node_, step, turn_, tag_}, held, result, finish);
    ended_[turn_] = step + is_done;
    if (says_done_) node_.announce(step + is_done);
    for (std::size_t sharer : sharers_) node_.wait_for(sharer, step + is_done, tag_);
    turn_ = 1 - turn_;
    return result;
  } catch (...) {
    stopped_ = messages_.stop();
    throw;
  }

  struct Arrival {
    int peer;
    Index first, bytes;
  };
  struct Parcel {
    int peer;
    Index bytes, straight = -1;  // a part of what this rank holds; -1: sums, staged
    std::vector<NodeSum> sums;
    std::vector<std::byte> staging;
  };

  void wait_for_readers() {  // of the run before the last, or of the last where there is one place
    const std::uint64_t ended = ended_[memory_.turns() == 2 ? turn_ : 1 - turn_];
    for (std::size_t reader : readers_) node_.wait_for(reader, ended, tag_);
  }

  void send(Parcel& parcel, const std::byte* held, std::uint64_t step) {
    for (NodeSum& sum : parcel.sums)
      sum.run({node_, step, turn_, tag_}, held, parcel.staging.data());
    messages_.send(parcel.peer,
                   parcel.straight < 0 ? parcel.staging.data() : held + parcel.straight,
                   parcel.bytes);
  }

  NodeSum sum_of(const NodeSchedule::Job& job) {
    std::vector<NodeSum::Input> inputs;
    std::vector<Region> regions;
    std::vector<int> joins;
    for (const NodeSchedule::Term& term : job.terms) {
      const std::size_t place = node_.place(term.rank);
      const Turns& memory = term.arrived ? memory_.arrived(place) : memory_.held(place);
      inputs.push_back({place == own_ && !term.arrived ? Turns{} : memory, place,
                        term.arrived ? has_arrived : is_held});
      regions.push_back(term.from);
      joins.push_back(term.joins);
    }
    const std::size_t count = inputs.size();
    return {RegionSum(element_, job.to, regions, joins, block_.empty() ? 1 : block_.back()),
            std::move(inputs), std::vector<const std::byte*>(count)};
  }

  void prepare_messages(const NodeSchedule& schedule) {
    const Index size = bytes(element_);
    for (const NodeSchedule::Parcel& parcel : schedule.received) {
      arrivals_.push_back({parcel.peer, parcel.at * size, parcel.elements * size});
      messages_.expect(parcel.peer, parcel.elements * size);
    }
    for (const NodeSchedule::Parcel& sent : schedule.sent) {
      Parcel parcel{sent.peer, sent.elements * size, -1, {}, {}};
      messages_.expect(sent.peer, parcel.bytes);
      const Summand& first = sent.sums[0][0];
      if (sent.sums.size() == 1 && sent.sums[0].size() == 1 && first.rank == node_.rank() &&
          is_contiguous(first.from)) {
        parcel.straight = first.from.first * size;
      } else {
        parcel.staging.resize(std::size_t(parcel.bytes));
        Index at = 0;
        for (const std::vector<Summand>& summands : sent.sums) {
          NodeSchedule::Job job{packed(summands[0].from), {}};
          job.to.first = at;
          at += job.to.volume();
          for (const Summand& summand : summands)
            job.terms.push_back({summand.rank, false, summand.from, int(!job.terms.empty())});
          parcel.sums.push_back(sum_of(job));
        }
      }
      parcels_.push_back(std::move(parcel));
    }
  }

  Neighbours& node_;
  int tag_;
  Element element_;
  Dims block_;
  NodeMemory memory_;
  Messages messages_;
  std::size_t own_;
  Turns home_, result_;
  Index held_bytes_ = 0;
  bool is_read_ = false, passes_on_ = false, writes_late_ = false;
  bool says_done_ = true;  // else its next word says it too, in time for who waits two runs later
  std::vector<std::size_t> readers_, sharers_;
  std::vector<NodeSum> jobs_;
  std::vector<Arrival> arrivals_;
  std::vector<Parcel> parcels_;
  int turn_ = 0;
  bool stopped_ = true;  // no messages are left under way by an error
  std::uint64_t ended_[2] = {0, 0};
};

}  // namespace tenon
