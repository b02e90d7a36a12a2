// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Cases of what MindSpore does around layouts: how many strategies its search tries, and how a
/// parameter reaches more pipeline stages.
///   {"kind": "generate_strategies", "shapes": [[64,32]], "devices": 8, "count": 10}
#include "difference.hpp"
#include "notation.hpp"

namespace tenon::explain {

namespace detail {

/// How many ways there are to cut dimensions from `first` on by powers of two that divide them.
inline Index count_cuts(const Dims& sizes, int first, Index devices, bool all_devices) {
  if (first == sizes.size()) return !all_devices || devices == 1;
  Index count = 0;
  for (Index parts = 1; parts <= devices && sizes[first] % parts == 0; parts *= 2)
    if (devices % parts == 0) count += count_cuts(sizes, first + 1, devices / parts, all_devices);
  return count;
}

}  // namespace detail

/// Elementwise, aligned at the last dimension; a repeated dimension of size 1 is not cut.
inline std::optional<std::string> check_strategy_count(const json& c) {
  Dims sizes;
  for (const json& shape : c.at("shapes")) {
    const Dims one = dims_in(shape, "shapes");
    while (sizes.size() < one.size()) sizes.insert(0, 1);
    for (int d = 0; d < one.size(); ++d) {
      Index& size = sizes[d + sizes.size() - one.size()];
      if (size == 1) size = one[d];
    }
  }
  const Index devices = c.at("devices");
  const bool all = c.value("fully_use_devices", false);
  const Index count =  // over all devices, or over one
      detail::count_cuts(sizes, 0, devices, all) + (all && devices > 1 ? 1 : 0);
  return difference(c, {{"count", count}},
                    {"shapes", "devices", "total_devices", "fully_use_devices"});
}

/// With more ranks than before, each of the old ones sends to those that are a multiple further on.
inline std::optional<std::string> check_pipeline_broadcast(const json& c) {
  const List<Index> from = list_of(c.at("from_rank_list")), to = list_of(c.at("to_rank_list"));
  const Index rank = c.at("rank");
  json operators = json::object();
  if (from.empty()) throw Error("there are no ranks to send from");
  if (to.size() > from.size()) {
    json members = json::array();
    const Index root = from[std::size_t(rank) % from.size()];
    for (Index member : to)
      if ((member - root) % Index(from.size()) == 0) members.push_back(member);
    for (const json& member : members)
      operators[std::to_string(member.get<Index>())] =
          json::array({json::array({"Broadcast", root, members})});
  }
  return difference(c, {{"operators", operators}}, {"from_rank_list", "to_rank_list", "rank"});
}

}  // namespace tenon::explain
