// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's functions for checkpoints, in its words:
///   load_param_into_net(model, load_checkpoint("mlp.ckpt"));
///   load_distributed_checkpoint(model, {"rank_0/x.ckpt", "rank_1/x.ckpt"}, "strategy.ckpt");
#include <tenon/io/open_tensors.hpp>
#include <tenon/model/load.hpp>
#include <tenon/model/save.hpp>

namespace tenon {

/// The tensors of one file (.ckpt, .safetensors, or the index of several), mapped and not copied.
/// MindSpore: load_checkpoint.
inline TensorFile load_checkpoint(const std::string& path, Checksum checksum = Checksum::ignored) {
  return open_tensors(path, checksum);
}

/// Fills the parameters by name from one whole file that each rank has open. Collective.
/// @return what the two have not in common: with `lenient` it is left as it was (MindSpore's
/// behaviour, which also converts between float16 and float32: here other elements are listed).
/// @throws Error without `lenient` when they do not fit. MindSpore: load_param_into_net.
LoadReport load_param_into_net(auto& model, const TensorFile& parameters,
                               const LoadOptions& options = {}) {
  if constexpr (requires { model.stages(); }) return model.load(parameters.path(), options);
  else return load_parameters(model.parameters(), model.communication(), parameters, options);
}

/// Fills the parameters from slices that are cut in any way.
/// @param files in rank order, as many as the strategy has ranks; one whole file without a
/// strategy.
/// @throws Error as load_parameters. MindSpore: load_distributed_checkpoint.
LoadReport load_distributed_checkpoint(auto& model, const std::vector<std::string>& files,
                                       const std::string& strategy = {},
                                       const LoadOptions& options = {}) {
  if constexpr (requires { model.stages(); }) return model.load(files, strategy, options);
  else
    return load_parameters(model.parameters(), model.communication(), files, strategy, options);
}

}  // namespace tenon
