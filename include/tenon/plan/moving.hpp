// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Brings a node of a draft where it is wanted: adds the exchanges and views on the way.
#include <tenon/plan/draft.hpp>

namespace tenon::detail {

/// Room for all that the rank which moves most takes and gives.
constexpr Index scratch_of(const Distribution& from, const Distribution& to, Index element_bytes,
                           Index devices) {
  const auto lines = [&](Index elements) { return (elements * element_bytes + 63) / 64 * 64; };
  if (alike_on_all_ranks(from, to))
    return lines(received(from, to, 0) + sent(from, to, 0, devices).elements);
  List<Index> moved;
  moved.resize(std::size_t(devices));
  for (Index rank = 0; rank < devices; ++rank)
    for_each_piece(from, to.box(rank), rank, [&](Index source, const Box& box) {
      if (source == rank) return;
      moved[std::size_t(rank)] += volume(box);
      moved[std::size_t(source)] += volume(box);
    });
  Index most = 0;
  for (Index n : moved) most = n > most ? n : most;
  return lines(most);
}

/// The one of these two distributions among those that are known, made if it is not there.
template <class Known>
constexpr const Known& known_or_made(List<Known>& list, const Distribution& from,
                                     const Distribution& to, Index element_bytes, auto&& make) {
  for (const Known& one : list)
    if (one.element_bytes == element_bytes && one.to == to && one.from == from) return one;
  if (list.size() == most_ways_known) list.clear();
  list.push_back(make());
  return list.back();
}

constexpr Index scratch_of(Draft& draft, const Distribution& from, const Distribution& to,
                           Index element_bytes) {
  const auto make = [&] {
    return KnownScratch{from, to, element_bytes,
                        scratch_of(from, to, element_bytes, draft.plan.devices)};
  };
  return known_or_made(draft.scratches, from, to, element_bytes, make).bytes;
}

/// One exchange; or a view, where rows of what is contiguous are the same memory.
constexpr int move(Draft& draft, int id, int from, const Distribution& to) {
  const Movement m = movement(draft.lies(from), to);
  bool rows = m == Movement::slice;
  for (int d = 1; d < to.shape.size(); ++d)
    rows = rows && draft.lies(from).digits(d) == to.digits(d);
  const int y =
      draft.add_buffer(id, rows ? Buffer::Place::view : Buffer::Place::arena, to, rows ? from : -1);
  Step step{.kind = rows ? Step::Kind::view : Step::Kind::exchange,
            .inputs = {from},
            .output = y,
            .movement = m,
            .name = draft.node(id).name};
  if (!rows && m != Movement::slice)
    step.scratch_bytes = scratch_of(draft, draft.lies(from), to, bytes(draft.node(id).element));
  draft.plan.steps.push_back(step);
  return y;
}

/// Until the next one is asked for.
constexpr const Route& way(Draft& draft, int id, int from, const Distribution& to) {
  const Index size = bytes(draft.node(id).element);
  const Distribution& lies = draft.lies(from);
  const auto make = [&] {
    return KnownWay{lies, to, size,
                    draft.options.mindspore ? mindspore_route(lies, to)
                                            : shortest_route(lies, to, size, draft.plan.devices)};
  };
  return known_or_made(draft.ways, lies, to, size, make).route;
}

/// All exchanges from a buffer to a distribution.
constexpr int go(Draft& draft, int id, int from, const Distribution& to) {
  for (const Distribution& stop : way(draft, id, from, to)) from = move(draft, id, from, stop);
  return from;
}

/// A parameter where it is wanted; or, for another batch of a network that is loaded, where it
/// lies.
constexpr int bring_parameter(Draft& draft, int id, const Distribution& to) {
  const PlanView* loaded = draft.options.parameters_of;
  if (!loaded) return draft.add_buffer(id, Buffer::Place::parameter, to);
  const Buffer* found = nullptr;
  for (const Buffer& b : loaded->buffers)
    if (b.place == Buffer::Place::parameter && (!found || b.distribution == to) &&
        loaded->name(b.name) == draft.graph.names[draft.node(id).name])
      found = &b;
  if (!found) return draft.add_buffer(id, Buffer::Place::parameter, to);
  for (int held : draft.copies[std::size_t(id)])
    if (draft.lies(held) == found->distribution) return held;
  return draft.add_buffer(id, Buffer::Place::parameter, found->distribution);
}

/// The buffer that holds a node in a distribution: an old one, or one at the end of a route.
constexpr int bring(Draft& draft, int id, const Distribution& to) {
  const List<int>& held = draft.copies[std::size_t(id)];
  for (int buffer : held)
    if (draft.lies(buffer) == to) return buffer;
  if (draft.node(id).kind == Node::Kind::parameter) {
    const int buffer = bring_parameter(draft, id, to);
    return draft.lies(buffer) == to ? buffer : go(draft, id, buffer, to);
  }
  int nearest = held[0];
  for (std::size_t i = 1; i < held.size() && !draft.options.mindspore; ++i)
    if (most_received(draft.lies(held[i]), to, draft.plan.devices) <
        most_received(draft.lies(nearest), to, draft.plan.devices))
      nearest = held[i];
  return go(draft, id, nearest, to);
}

}  // namespace tenon::detail
