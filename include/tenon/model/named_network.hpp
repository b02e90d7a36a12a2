// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network with its strategies and stages, and the names of its inputs and outputs:
///   write_mindir("net.mindir", named.graph, values, {named.inputs, named.outputs});
#include <string>
#include <vector>

#include <tenon/network/graph.hpp>

namespace tenon {

struct NamedNetwork {
  Graph graph;
  std::vector<std::string> inputs, outputs;  // none: as the graph's nodes are called
};

}  // namespace tenon
