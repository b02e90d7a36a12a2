// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Saves the parameters of all ranks, as one whole file or as a file of slices for each rank:
///   save_checkpoint(model, "mlp.ckpt");
///   save_checkpoint(model, "rank_{}/mlp{}.ckpt", {.integrated_save = false,
///                                                 .strategy = "strategy.ckpt"});
#include <tenon/comm/communication.hpp>
#include <tenon/core/separate.hpp>
#include <tenon/io/tensor_source.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

struct SaveOptions {
  bool integrated_save = true;  // one file of whole parameters, which rank 0 writes
  std::string strategy = {};    // of slices: the strategy file that says how they are cut
  bool checksum = false;        // of a .ckpt: MindSpore's crc_check
  std::vector<TensorSource> appended =
      {};  // MindSpore's append_dict: appended_value("epoch_num", 7)
};

/// Collective. The name ends in .ckpt or .safetensors; folders are made. A file takes its name when
/// it is whole, slices when those of all ranks are. MindSpore: save_checkpoint.
/// @param path of slices with "{}" where the rank's number goes.
/// @throws Error on every rank: a file cannot be written (a full disk), or a cut has no spelling.
TENON_DECL void save_checkpoint(const Parameters& parameters, Communication& communication,
                                const std::string& path, const SaveOptions& options = {});
void save_checkpoint(auto& model, const std::string& path, const SaveOptions& options = {}) {
  if (model.plan().devices != model.communication().size())
    throw Error("a pipeline's ranks hold their stage's parameters: there is no checkpoint of all");
  save_checkpoint(model.parameters(), model.communication(), path, options);
}

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/model/save.ipp>
#endif
