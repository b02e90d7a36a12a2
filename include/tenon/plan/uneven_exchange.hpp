// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Exchanges in which ranks move different amounts, and the most that a rank moves in all of them:
///   count_exchange(list, {&from, &to, 4});
///   most_moved(list, 8, [](Index, Index) { return 1; }, false): messages of who sends most
#include <tenon/core/list.hpp>
#include <tenon/layout/exchange.hpp>

namespace tenon {

struct UnevenExchange {
  const Distribution *from = nullptr, *to = nullptr;
  Index element_bytes = 0;
  Index times = 1;
};

/// Those that are the same are one, so many times.
constexpr void count_exchange(List<UnevenExchange>& list, const UnevenExchange& x) {
  for (UnevenExchange& one : list)
    if (*one.from == *x.from && *one.to == *x.to && one.element_bytes == x.element_bytes) {
      ++one.times;
      return;
    }
  list.push_back(x);
}

/// @param of_piece of_piece(elements, bytes of an element): what a piece counts
/// @param taken for the rank that takes it; else for the one that gives it
/// Cost: a visit a piece, of all ranks.
constexpr Index most_moved(const List<UnevenExchange>& list, Index devices, auto&& of_piece,
                           bool taken) {
  List<Index> all(list.empty() ? 0 : std::size_t(devices));
  for (const UnevenExchange& x : list)
    for (Index rank = 0; rank < devices; ++rank)
      for_each_piece(*x.from, x.to->box(rank), rank, [&](Index source, const Box& box) {
        if (source != rank)
          all[std::size_t(taken ? rank : source)] +=
              x.times * of_piece(volume(box), x.element_bytes);
      });
  Index most = 0;
  for (Index own : all) most = own > most ? own : most;
  return most;
}

}  // namespace tenon
