// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A rank's part of the exchange from one distribution to another.
#include <tenon/comm/exchange_program.hpp>
#include <tenon/layout/exchange.hpp>

namespace tenon {

/// Cost: one visit for each piece that it takes, one for each rank that may take of its own.
inline ExchangeProgram exchange_of(const Distribution& from, const Distribution& to, Index rank,
                                   Index devices, Element element) {
  ExchangeProgram program;
  program.element = element;
  const Box held = from.box(rank), wanted = to.box(rank);
  program.held = sizes(held);
  program.result = sizes(wanted);
  Index summand = 0;
  for_each_piece(from, wanted, rank, [&](Index source, const Box& box) {
    const bool own = source == rank;
    program.pieces.push_back(
        {int(source), own, summand > 0, own ? region(box, held) : Region{}, region(box, wanted)});
    summand = (summand + 1) % from.summands();
  });
  for_each_taker(from, to, rank, devices, [&](Index other, const Box& box) {
    program.gifts.push_back({int(other), region(box, held)});
  });
  return program;
}

}  // namespace tenon
