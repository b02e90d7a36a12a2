// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes a model as one deployable file for each rank, with the network, its strategies and its
/// stages, and the slices of that rank:
///   export_model(model, "mindir/net_rank_{}.mindir");
///   model.build_from_file("mindir/net_rank_{}.mindir");    later, on as many ranks
/// MindSpore: export of each rank's network, and build_from_file of it.
#include <tenon/comm/communication.hpp>
#include <tenon/core/separate.hpp>
#include <tenon/model/any_model.hpp>

namespace tenon {

/// Collective. Folders are made; the files take their names when those of all ranks are whole.
/// @param ranks_of_stage all, where the network is no pipeline.
/// @param pattern with "{}" where the rank's number goes.
/// @throws Error on every rank: a file cannot be written (a full disk), a cut has no spelling, or
/// MindIR has no name for an operator.
TENON_DECL void export_model(const NamedNetwork& network, const Parameters& parameters,
                             Index ranks_of_stage, Communication& communication,
                             const std::string& pattern);
void export_model(auto& model, const std::string& pattern) {
  export_model(model.network(), model.parameters(), model.plan().devices, model.communication(),
               pattern);
}

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/model/export.ipp>
#endif
