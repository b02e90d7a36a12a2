// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What search/find_strategies.hpp declares.
#include <tenon/search/search.hpp>

namespace tenon {

TENON_DECL Searched find_strategies(const Graph& graph, Index devices, const Machine& machine,
                                    const SearchOptions& options) {
  Searched found = search(graph, devices, machine, options);
  if (found.finding) throw Error(text(found.finding, graph.names[found.finding.where]));
  return found;
}

}  // namespace tenon
