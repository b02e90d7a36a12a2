// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What every rank does: steps over buffers. A constant for a network in C++, a value for one read
/// from a file; whoever runs it sees a PlanView and does not care which.
#include <span>

#include <tenon/layout/alike.hpp>
#include <tenon/layout/exchange.hpp>
#include <tenon/network/operator.hpp>
#include <tenon/plan/uneven_exchange.hpp>

namespace tenon {

struct Buffer {
  enum class Place : std::uint8_t { input, parameter, arena, view };
  Place place = Place::arena;
  Distribution distribution;
  Element element = Element::float32;
  Name name;         // the parameter's, or the node's that made it
  Index offset = 0;  // bytes, in the arena or among the parameters
  int base = -1;     // of a view: the buffer whose memory it shows

  /// What the rank with the largest block needs, in whole cache lines.
  constexpr Index bytes() const {
    Vector<Index, max_dimensions + 1> sizes{tenon::bytes(element)};
    for (Index size : distribution.largest_block()) sizes.push_back(size);
    return (product(sizes) + 63) / 64 * 64;
  }
  friend constexpr bool operator==(const Buffer&, const Buffer&) = default;
};

struct Step {
  enum class Kind : std::uint8_t { view, exchange, compute };
  Kind kind = Kind::compute;
  const Operator* op = nullptr;  // of a computation
  Vector<int, 5> inputs{};       // buffers; a fused bias is the last
  int output = -1;
  Attributes attributes{};
  bool bias = false;                      // of an exchange: added to the finished sums
  const Operator* activation = nullptr;   // fused: an operator that is one function of each element
  Movement movement = Movement::nothing;  // of an exchange
  Index scratch = 0,
        scratch_bytes = 0;  // of an exchange: where in the arena it may stage what moves
  Name name{};
  friend constexpr bool operator==(const Step&, const Step&) = default;
};

/// How the lists are held: growing, frozen in a constant, or seen.
template <class Steps, class Buffers, class Numbers, class Letters>
struct PlanOf {
  Steps steps{};
  Buffers buffers{};
  Numbers inputs{};   // buffers, in the order of construct's arguments
  Letters letters{};  // of all names
  int output = -1;
  Vector<int, 15> further{};  // outputs besides the first
  Index devices = 1;
  Index arena = 0, parameters = 0;  // bytes on every rank
  Finding finding{};
  Name where{};  // of the finding

  constexpr const Buffer& buffer(int i) const { return buffers[std::size_t(i)]; }
  constexpr std::string_view name(Name name) const {
    return std::string_view(letters.data(), letters.size())
        .substr(std::size_t(name.first), std::size_t(name.count));
  }
  /// What an exchange moves from and to.
  constexpr const Distribution& from(const Step& step) const {
    return buffer(step.inputs[0]).distribution;
  }
  constexpr const Distribution& to(const Step& step) const {
    return buffer(step.output).distribution;
  }
  static constexpr bool communicates(const Step& step) {
    return step.kind == Step::Kind::exchange && step.movement != Movement::slice;
  }

  // Budgets. What is counted is what ranks tell each other: a piece that a rank takes from another
  // one (layout/exchange.hpp) is one message of its bytes, whatever memory the two share. It is
  // what MPI is asked to send where all goes by messages; ranks of one node that share memory send
  // nothing, and nodes no more than this between them. Law: test/run/budgets.cpp.

  /// Exchanges in which anything crosses between ranks.
  constexpr Index collectives() const {
    Index n = 0;
    for (const Step& step : steps) n += communicates(step);
    return n;
  }
  constexpr Index bytes_received(Index rank) const {
    return of_all([&](const Step& step) { return received_in(step, rank); });
  }
  constexpr Index bytes_sent(Index rank) const {
    return of_all([&](const Step& step) { return sent_in(step, rank); });
  }
  constexpr Index messages(Index rank) const {
    return of_all([&](const Step& step) { return messages_in(step, rank); });
  }
  /// Of the rank for which it is most.
  constexpr Index bytes_received() const {
    return most([&](const Step& step) { return received_in(step, 0); },
                [](Index elements, Index bytes) { return elements * bytes; }, true);
  }
  constexpr Index bytes_sent() const {
    return most([&](const Step& step) { return sent_in(step, 0); },
                [](Index elements, Index bytes) { return elements * bytes; });
  }
  constexpr Index messages() const {
    return most([&](const Step& step) { return messages_in(step, 0); },
                [](Index, Index) { return Index(1); });
  }
  /// Bytes that a forward needs on every rank: parameters and everything in between; not the
  /// inputs, which are the caller's, nor forms into which a backend packs parameters.
  constexpr Index peak_memory() const { return arena + parameters; }

 private:
  constexpr Index element_bytes(const Step& step) const {
    return bytes(buffer(step.output).element);
  }
  constexpr Index received_in(const Step& step, Index rank) const {
    return received(from(step), to(step), rank) * element_bytes(step);
  }
  constexpr Index sent_in(const Step& step, Index rank) const {
    return sent(from(step), to(step), rank, devices).elements * element_bytes(step);
  }
  constexpr Index messages_in(const Step& step, Index rank) const {
    return sent(from(step), to(step), rank, devices).messages;
  }
  constexpr Index of_all(auto&& of) const {
    Index n = 0;
    for (const Step& step : steps)
      if (communicates(step)) n += of(step);
    return n;
  }
  /// @param of what rank 0 does in a step in which all do as much
  /// @param of_piece, taken as most_moved, of the others
  constexpr Index most(auto&& of, auto&& of_piece, bool taken = false) const {
    Index alike = 0;
    List<UnevenExchange> uneven;
    for (const Step& step : steps) {
      if (!communicates(step)) continue;
      if (alike_on_all_ranks(from(step), to(step))) alike += of(step);
      else count_exchange(uneven, {&from(step), &to(step), element_bytes(step)});
    }
    return alike + most_moved(uneven, devices, of_piece, taken);
  }
};

using Plan = PlanOf<List<Step>, List<Buffer>, List<int>, List<char>>;
using PlanView = PlanOf<std::span<const Step>, std::span<const Buffer>, std::span<const int>,
                        std::span<const char>>;

constexpr PlanView view(const auto& plan) {
  return {{plan.steps.data(), plan.steps.size()},
          {plan.buffers.data(), plan.buffers.size()},
          {plan.inputs.data(), plan.inputs.size()},
          {plan.letters.data(), plan.letters.size()},
          plan.output,
          plan.further,
          plan.devices,
          plan.arena,
          plan.parameters,
          plan.finding,
          plan.where};
}

/// Whether two plans say the same, however they are held.
constexpr bool equal(const auto& a, const auto& b) {
  const auto lists_equal = [](const auto& x, const auto& y) {
    if (x.size() != y.size()) return false;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (!(x[i] == y[i])) return false;
    return true;
  };
  return lists_equal(a.steps, b.steps) && lists_equal(a.buffers, b.buffers) &&
         lists_equal(a.inputs, b.inputs) && lists_equal(a.letters, b.letters) &&
         a.output == b.output && a.further == b.further && a.devices == b.devices &&
         a.arena == b.arena && a.parameters == b.parameters;
}

}  // namespace tenon
