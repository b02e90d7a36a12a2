// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Strategies found while the program runs: the same function (search/search.hpp), called through
/// here so that a program of many files compiles it once.
///   graph = find_strategies(graph, 8, CpuNode::machine).apply(graph);
#include <tenon/core/separate.hpp>
#include <tenon/search/ways.hpp>

namespace tenon {

/// search(graph, devices, machine, options).
/// @throws Error with what it finds wrong.
TENON_DECL Searched find_strategies(const Graph& graph, Index devices, const Machine& machine,
                                    const SearchOptions& options = {});

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/search/find_strategies.ipp>
#endif
