// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The distributions that a search meets, by number, and what it costs to go between them:
///   const int a = table.add(rows), b = table.add(whole);  table.route(a, b, 4).cost
#include <tenon/plan/route.hpp>
#include <tenon/search/exchange_cost.hpp>
#include <tenon/search/memo.hpp>

namespace tenon::detail {

/// What is not known yet, and costs nothing.
inline constexpr int unknown_layout = -1;

class LayoutTable {
 public:
  /// The planner's own way.
  struct KnownRoute {
    Picoseconds cost = 0;
    Vector<int, 12> stops;
  };

  constexpr LayoutTable(Index devices, const Machine& machine)
      : devices_(devices), machine_(machine) {}

  constexpr int add(const Distribution& x) {
    Hash hash;
    for (Index size : x.shape) hash.add(size);
    for (const Cut& cut : x.cuts)
      hash.add(cut.dimension).add(cut.digit.parts).add(cut.digit.stride);
    int* number = &numbers_[hash.value];
    for (; *number >= 0 && !(layouts_[std::size_t(*number)] == x); number = &numbers_[hash.value])
      hash.add(1);  // another one has its hash
    if (*number < 0) *number = int(layouts_.size()), layouts_.push_back(x);
    return *number;
  }
  constexpr const Distribution& operator[](int number) const {
    return layouts_[std::size_t(number)];
  }
  constexpr bool partial(int number) const {
    return number != unknown_layout && (*this)[number].partial();
  }
  constexpr int size() const { return int(layouts_.size()); }

  /// Until the next one is asked for.
  constexpr const KnownRoute& route(int from, int to, Index element_bytes) {
    int& place = routes_of_[key(from, to, element_bytes)];
    if (place < 0) {
      place = int(routes_.size());
      KnownRoute made;
      if (from != unknown_layout && to != unknown_layout) {
        Distribution at = (*this)[from];
        const Route stops = shortest_route(at, (*this)[to], element_bytes, devices_);
        for (const Distribution& stop : stops) {
          made.cost = plus(made.cost, exchange_cost(at, stop, element_bytes, devices_, machine_));
          made.stops.push_back(add(stop));
          at = stop;
        }
      }
      routes_.push_back(made);
    }
    return routes_[std::size_t(place)];
  }
  /// As the planner compares copies.
  constexpr Index most_received(int from, int to) {
    if (from == unknown_layout || to == unknown_layout) return 0;
    int& place = received_of_[key(from, to, 0)];
    if (place < 0) {
      place = int(received_.size());
      received_.push_back(tenon::most_received((*this)[from], (*this)[to], devices_));
    }
    return received_[std::size_t(place)];
  }
  constexpr const Machine& machine() const { return machine_; }
  constexpr Index devices() const { return devices_; }

 private:
  static constexpr std::uint64_t key(int from, int to, Index element_bytes) {
    return (std::uint64_t(from + 1) << 36) ^ (std::uint64_t(to + 1) << 8) ^
           std::uint64_t(element_bytes);
  }
  Index devices_;
  Machine machine_;
  List<Distribution> layouts_;
  List<KnownRoute> routes_;
  List<Index> received_;
  Memo numbers_, routes_of_, received_of_;
};

}  // namespace tenon::detail
