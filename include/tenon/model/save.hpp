// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Saves the parameters of all ranks, of all stages of a pipeline, too, as one whole file or as a
/// file of slices for each rank:
///   save_checkpoint(model, "mlp.ckpt");
///   save_checkpoint(model, "rank_{}/mlp{}.ckpt", {.integrated_save = false,
///                                                 .strategy = "strategy.ckpt"});
#include <tenon/comm/communication.hpp>
#include <tenon/core/separate.hpp>
#include <tenon/model/save_options.hpp>
#include <tenon/plan/stage_plan.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

/// Collective. The name ends in .ckpt or .safetensors; folders are made. A file takes its name when
/// it is whole, slices when those of all ranks are. MindSpore: save_checkpoint.
/// @param path of slices with "{}" where the rank's number goes.
/// @throws Error on every rank: a file cannot be written (a full disk), or a cut has no spelling.
TENON_DECL void save_checkpoint(const Parameters& parameters, Communication& communication,
                                const std::string& path, const SaveOptions& options = {});
/// The same of a pipeline, collective over the ranks of all stages.
/// @param pipeline as the parameters lie. @param network of all stages, with its strategies.
/// @throws Error also where a strategy file is asked for and a stage has no parameters.
TENON_DECL void save_stages(const Parameters& parameters, Communication& all,
                            const Pipeline& pipeline, const Graph& network, const std::string& path,
                            const SaveOptions& options = {});
void save_checkpoint(auto& model, const std::string& path, const SaveOptions& options = {}) {
  if constexpr (requires { model.pipeline(); })
    if (model.stages() > 1)
      return save_stages(model.parameters(), model.communication(), model.pipeline(),
                         model.network().graph, path, options);
  save_checkpoint(model.parameters(), model.communication(), path, options);
}

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/model/save.ipp>
#endif
