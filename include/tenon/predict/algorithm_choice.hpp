// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which algorithms HCCL takes.
///   910, 4 devices of a quad: mesh; 8 devices of a server: ring; other numbers: ring
///   910, between s servers: H-D where s is a power of two, else ring
///   910B inside a server: mesh; between: pipeline from 1 MiB a rank on, else the cheapest of ring,
///   NHR and H-D
/// HCCL: HCCL_ALGO; cann-hccl, all_reduce_operator.cc (SelectAlgfor910A).
#include <tenon/predict/hierarchical_cost.hpp>

namespace tenon {

/// Inside a server of 910: meshes are quads, and pairs of them.
constexpr Algorithm algorithm_inside_910(Index devices, bool fully_joined) {
  return fully_joined && (devices == 2 || devices == 4) ? Algorithm::mesh : Algorithm::ring;
}
constexpr Algorithm algorithm_between_910(Index servers) {
  return std::has_single_bit(std::uint64_t(servers)) ? Algorithm::halving_doubling
                                                     : Algorithm::ring;
}

/// What a rank's slice must have to be worth the pipeline.
inline constexpr double bytes_worth_a_pipeline = 1 << 20;
/// Up to here 910B goes one way through a mesh at once, where each reads all of all: called one by
/// one, or in a graph.
inline constexpr double bytes_of_one_shot = 1 << 18, bytes_of_one_shot_in_a_graph = 1 << 16;

/// Of 910B.  @param h the servers, their devices and links.
inline Algorithm algorithm_between_910b(Collective collective, double n, Hierarchy h) {
  if (collective == Collective::all_to_all) return Algorithm::pairwise;
  if (h.devices > 1 && n / double(h.servers * h.devices) >= bytes_worth_a_pipeline)
    return Algorithm::pipeline;
  Algorithm best = Algorithm::ring;
  double least = 0;
  for (const Algorithm a : {Algorithm::ring, Algorithm::nhr, Algorithm::halving_doubling}) {
    h.between = a;
    const double seconds = hierarchical_cost(collective, n, h).seconds;
    if (a == Algorithm::ring || seconds < least) best = a, least = seconds;
  }
  return best;
}

/// An all-reduce of few bytes inside a server of 910B: each rank reads all of all others and adds.
constexpr CollectiveCost one_shot_cost(Index p, double n) {
  return p == 1 ? CollectiveCost{} : CollectiveCost{1, n, double(p - 1) * n};
}

}  // namespace tenon
