// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which exchanges of a plan devices can do among themselves:  peer_steps(plan, communication)[4]
#include <tenon/comm/communication.hpp>
#include <tenon/plan/plan.hpp>
#include <tenon/run/exchange_of.hpp>

namespace tenon::detail {

inline bool waits_for_ranks(const PlanView& plan, std::size_t step) {
  return step < plan.steps.size() && plan.communicates(plan.steps[step]);
}
/// What comes from the ranks last and is the only output: it is wanted in the host's memory, as it
/// comes.
inline bool ends_on_the_host(const PlanView& plan, std::size_t i) {
  const Step& step = plan.steps[i];
  return waits_for_ranks(plan, i) && i + 1 == plan.steps.size() && !step.bias && !step.activation &&
         step.output == plan.output && plan.further.empty();
}
/// As far as the plan knows: what is added is what kernels add.
inline bool may_be_by_peers(const PlanView& plan, std::size_t i) {
  if (!waits_for_ranks(plan, i) || ends_on_the_host(plan, i)) return false;
  const Element element = plan.buffer(plan.steps[i].output).element;
  return !plan.from(plan.steps[i]).partial() || element == Element::float32 ||
         element == Element::float64;
}

/// Of each step whether it is an exchange in which no rank takes anything from another node.
/// Collective, where there is any.
inline std::vector<bool> peer_steps(const PlanView& plan, Communication& communication) {
  std::vector<bool> by_peers;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) by_peers.push_back(may_be_by_peers(plan, i));
  if (std::ranges::find(by_peers, true) == by_peers.end()) return by_peers;
  const std::vector<int> node = communication.node();
  const auto is_near = [&](int rank) { return std::ranges::binary_search(node, rank); };
  std::vector<std::uint64_t> own;
  for (std::size_t i = 0; i < by_peers.size(); ++i) {
    if (!by_peers[i]) continue;
    const Step& step = plan.steps[i];
    const ExchangeProgram program =
        exchange_of(plan.from(step), plan.to(step), communication.rank(), plan.devices,
                    plan.buffer(step.output).element);
    own.push_back(std::ranges::all_of(program.pieces, is_near, &ExchangeProgram::Piece::source) &&
                  std::ranges::all_of(program.gifts, is_near, &ExchangeProgram::Gift::to));
  }
  const std::vector<std::uint64_t> all = communication.all_gather(own);
  std::size_t k = 0;
  for (std::size_t i = 0; i < by_peers.size(); ++i) {
    if (!by_peers[i]) continue;
    for (std::size_t j = k; j < all.size(); j += own.size())
      if (!all[j]) by_peers[i] = false;
    ++k;
  }
  return by_peers;
}

}  // namespace tenon::detail
